import { describe, expect, test } from 'vitest'
import { addDays, dateOf, dateTimeOf, durationOf, shortTime } from './time'

const at = (text: string) => new Date(text).getTime()

describe('time', () => {
  test('dates and clocks are local, 24 hours', () => {
    expect(dateTimeOf(at('2026-11-02T08:05:00'))).toBe('2026-11-02 08:05')
    expect(dateOf(at('2026-01-31T23:59:59'))).toBe('2026-01-31')
  })
  test('days are added across months and years', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
    expect(addDays('2028-03-01', -1)).toBe('2028-02-29')
  })
  test.each([[0, '0:00'], [-5, '0:00'], [61_000, '1:01'], [3_599_600, '1:00:00'], [3_725_000, '1:02:05']])('%i ms last %s', (ms, text) => {
    expect(durationOf(ms)).toBe(text)
  })
  test('the shorter the nearer', () => {
    const now = at('2026-11-22T12:00:00')
    expect(shortTime(at('2026-11-22T09:30:00'), '昨天', now)).toBe('09:30')
    expect(shortTime(at('2026-11-21T23:59:00'), '昨天', now)).toBe('昨天 23:59')
    expect(shortTime(at('2026-03-04T10:00:00'), '昨天', now)).toBe('03-04')
    expect(shortTime(at('2025-12-31T10:00:00'), '昨天', now)).toBe('2025-12-31')
  })
})
