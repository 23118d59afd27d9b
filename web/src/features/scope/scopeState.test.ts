import { describe, expect, test } from 'vitest'
import { bars, binCount, emptyScope, hzShare, levelWord, line, octets, share, whyKey, withFrame, type Burst, type Frame } from './scopeState'

export const frame = (f: Partial<Frame> = {}): Frame => ({
  at: 1000, line: 1, state: 'idle', levelDbm0: -60, peakDbm0: -50, offsetPct: 0, clipped: 0, spectrum: [], ringing: false, offHook: false, ...f,
})
const burst = (b: Partial<Burst> & { id: number }): Burst => ({ at: b.id * 1000, durationMs: 400, levelDbm0: -15, ...b })

describe('scope', () => {
  test('BOX-09 the meter follows the level and holds the peak a while', () => {
    let s = withFrame(emptyScope(), frame({ at: 1000, levelDbm0: -10, peakDbm0: -3 }))
    s = withFrame(s, frame({ at: 1100, levelDbm0: -50, peakDbm0: -45 }))
    expect(s.trail).toEqual([-10, -50])
    expect(s.hold).toBe(-3)
    expect(withFrame(s, frame({ at: 3000, peakDbm0: -45 })).hold).toBe(-45)
  })

  test('the trail has an end', () => {
    let s = emptyScope()
    for (let i = 0; i < 500; i++) s = withFrame(s, frame({ at: i * 100 }))
    expect(s.trail).toHaveLength(200)
  })

  test('bits of a new burst begin a new row', () => {
    let s = withFrame(emptyScope(), frame({ carrier: 'bell202', bits: '0101' }))
    s = withFrame(s, frame({ carrier: 'bell202', bits: '11' }))
    expect(s.bits).toBe('010111')
    s = withFrame(s, frame())
    expect(s.bits).toBe('010111')
    expect(withFrame(s, frame({ carrier: 'v23', bits: '00' })).bits).toBe('00')
  })

  test('bursts are newest first, and told twice they stand once', () => {
    let s = withFrame(emptyScope(), frame({ bursts: [burst({ id: 1 }), burst({ id: 2 })] }))
    s = withFrame(s, frame({ bursts: [burst({ id: 1 }), burst({ id: 2 }), burst({ id: 3 })] }))
    expect(s.bursts.map((b) => b.id)).toEqual([3, 2, 1])
  })

  test('a box that restarted counts its bursts anew', () => {
    const s = withFrame(emptyScope(), frame({ bursts: [burst({ id: 1, at: 5 })] }))
    expect(withFrame(s, frame({ bursts: [burst({ id: 1, at: 9999 })] })).bursts).toHaveLength(2)
  })

  test('what is drawn stays inside', () => {
    expect(share(-200, -60, 3)).toBe(0)
    expect(share(20, -60, 3)).toBe(1)
    expect(bars([], 100, 50)).toBe('')
    expect(bars([-90, 0, 10], 90, 50)).toBe('M0 50L0 50H30L30 0H60L60 0H90V50Z')
    expect(line([-60, 3], 199, 63)).toBe('M198 63L199 0')
    expect(hzShare(275)).toBe(0)
    expect(hzShare(275 + binCount * 50)).toBe(1)
  })

  test('octets read as what they are', () => {
    expect(octets({ raw: '4431333843', modem: 'dtmf' })).toBe('D138C')
    expect(octets({ raw: '4e4d4252203d203132330a', modem: 'voicemodem' })).toBe('NMBR = 123')
    expect(octets({ raw: '8002ff31', modem: 'bell202' })).toBe('80 02 ff 31'.padEnd(48) + '···1')
    expect(octets({ raw: '00'.repeat(17), modem: 'v23' }).split('\n')).toHaveLength(2)
    expect(octets({})).toBe('')
  })

  test('words', () => {
    expect(whyKey('checksum')).toBe('scope.why.checksum')
    expect(whyKey('never heard of')).toBe('scope.why.other')
    expect([-50, -15, -1].map(levelWord)).toEqual(['quiet', 'good', 'loud'])
  })
})
