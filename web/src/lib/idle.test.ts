import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { idle } from './idle'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('SEC-11 the page is covered after the minutes of absence, not while somebody works', () => {
  const away = vi.fn()
  const stop = idle(60_000, away)
  for (let i = 0; i < 10; i++) {
    vi.advanceTimersByTime(50_000)
    dispatchEvent(new Event('keydown'))
  }
  expect(away).not.toHaveBeenCalled()
  vi.advanceTimersByTime(65_000)
  expect(away).toHaveBeenCalled()
  stop()
})

test('SEC-11 a laptop that slept is covered at the first touch', () => {
  const away = vi.fn()
  let at = 0
  const stop = idle(60_000, away, () => at)
  at = 8 * 3_600_000
  dispatchEvent(new Event('pointermove'))
  expect(away).toHaveBeenCalledTimes(1)
  stop()
  away.mockClear()
  vi.advanceTimersByTime(600_000)
  expect(away).not.toHaveBeenCalled()
})
