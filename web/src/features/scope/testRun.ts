// A test call (BOX-07): what has to be seen on the line from the moment somebody
// starts it, whether the box rings itself or a person calls from outside.
import type { Burst, Frame } from './scopeState'

export interface TestRun {
  state: 'waiting' | 'passed' | 'unreadable' | 'silent' // silent: no ring in time
  startedAt: number
  /** Bursts up to this one were there before. */
  after: number
  patienceMs: number
  rings: number
  ringing: boolean
  /** The first burst that was believed, else the last that was not. */
  burst?: Burst
  refused?: Burst
  /** The loudest frame while the set was lifted, dBm0, but for the click of lifting it. */
  talkDbm0?: number
  liftedAt?: number
  clipped: boolean
  /** When the last ring ended or the set was lifted. */
  quietAt: number
}

/** How long a ring may stay away: a person has to dial first. */
export const patience = { simulated: 20_000, outside: 120_000 } as const
// A burst ends before the second ring; after this long without one none will come.
const burstMs = 7_000
const clickMs = 500

export function beginTest(now: number, bursts: Burst[], patienceMs: number): TestRun {
  return {
    state: 'waiting', startedAt: now, after: Math.max(0, ...bursts.map((b) => b.id)), patienceMs,
    rings: 0, ringing: false, clipped: false, quietAt: 0,
  }
}

/** heard is the test after one more frame; a test that has ended stays as it is, but for the talk's level. */
export function heard(run: TestRun, f: Frame): TestRun {
  const next = { ...run, ringing: f.ringing }
  if (f.ringing && !run.ringing) next.rings++
  if ((!f.ringing && run.ringing) || (f.offHook && !run.quietAt)) next.quietAt = f.at
  next.liftedAt = f.offHook ? (run.liftedAt ?? f.at) : undefined
  if (next.liftedAt !== undefined && f.at - next.liftedAt > clickMs) next.talkDbm0 = Math.max(run.talkDbm0 ?? -99, f.levelDbm0)
  if (f.warning === 'clipping') next.clipped = true
  for (const b of f.bursts ?? []) {
    if (b.id <= run.after || b.waiting !== undefined) continue
    if (b.why) next.refused = b
    else next.burst ??= b
  }
  next.state = verdict(next, f.at)
  return next
}

function verdict(run: TestRun, now: number): TestRun['state'] {
  if (run.burst) return run.rings ? 'passed' : run.state === 'silent' ? 'silent' : 'waiting'
  if (run.rings && run.quietAt && !run.ringing && now - run.quietAt > burstMs) return 'unreadable'
  if (!run.rings && now - run.startedAt > run.patienceMs) return 'silent'
  return run.state
}
