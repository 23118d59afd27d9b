import { expect, test } from 'vitest'
import { beginTest, heard, patience, type TestRun } from './testRun'
import type { Burst, Frame } from './scopeState'

const frame = (at: number, f: Partial<Frame> = {}): Frame => ({
  at, line: 1, state: 'idle', levelDbm0: -60, peakDbm0: -50, offsetPct: 0, clipped: 0, spectrum: [], ringing: false, offHook: false, ...f,
})
const good: Burst = { id: 8, at: 0, durationMs: 400, levelDbm0: -15, standard: 'bellcore', number: '138' }
const bad: Burst = { id: 8, at: 0, durationMs: 400, levelDbm0: -15, why: 'checksum' }
const begin = (ms: number = patience.simulated) => beginTest(0, [{ ...good, id: 7 }], ms)
const play = (run: TestRun, ...frames: Frame[]) => frames.reduce(heard, run)

test('BOX-07 a test call that is understood shows ring, caller ID, standard and level', () => {
  const run = play(begin(), frame(100, { ringing: true }), frame(1100), frame(2000, { bursts: [good] }), frame(5000, { ringing: true }), frame(7000, { offHook: true, levelDbm0: -3 }), frame(8000, { offHook: true, levelDbm0: -12 }))
  expect(run).toMatchObject({ state: 'passed', rings: 2, talkDbm0: -12 })
  expect(run.burst).toMatchObject({ standard: 'bellcore', number: '138', levelDbm0: -15 })
})

test('BOX-07 a burst that was refused is shown with why', () => {
  const run = play(begin(), frame(100, { ringing: true }), frame(1100), frame(2000, { bursts: [bad] }), frame(9000))
  expect(run.state).toBe('unreadable')
  expect(run.refused?.why).toBe('checksum')
})

test('BOX-07 a ring without any caller ID', () => {
  expect(play(begin(), frame(100, { ringing: true }), frame(1100), frame(7000)).state).toBe('waiting')
  expect(play(begin(), frame(100, { ringing: true }), frame(1100), frame(9000)).state).toBe('unreadable')
})

test('no ring in time', () => {
  expect(play(begin(), frame(patience.simulated + 1)).state).toBe('silent')
  expect(play(begin(patience.outside), frame(patience.simulated + 1)).state).toBe('waiting')
})

test('bursts of before are not taken for the test call', () => {
  const run = play(begin(), frame(100, { ringing: true, bursts: [{ ...good, id: 7 }] }), frame(1100), frame(9000))
  expect(run.burst).toBeUndefined()
})

test('a burst before the first ring waits for it', () => {
  const early = play(begin(), frame(100, { bursts: [good] }))
  expect(early.state).toBe('waiting')
  expect(play(early, frame(900, { ringing: true })).state).toBe('passed')
})

test('a refused burst that comes again and is understood passes', () => {
  expect(play(begin(), frame(100, { ringing: true }), frame(1000, { bursts: [bad] }), frame(1500, { bursts: [{ ...good, id: 9 }] })).state).toBe('passed')
})
