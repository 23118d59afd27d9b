// What the scope shows, made from the frames the box sends ten times a second.
import type { components } from '@/api/schema.gen'

export type Frame = components['schemas']['ScopeFrame']
export type Burst = components['schemas']['ScopeBurst']

/** Of the spectrum: bin i begins at lowHz + i * stepHz. */
export const lowHz = 275
export const stepHz = 50
export const binCount = 63
/** The level meter's ends, dBm0; 3.14 is the loudest sine there can be. */
export const meterLow = -60
export const meterHigh = 3
/** The spectrum's ends, dBm0 of one bin. */
export const plotLow = -90
export const plotHigh = 0

const trailLength = 200 // 20 s
const keepBits = 1200
const keepBursts = 20
const holdMs = 1500

export interface Scope {
  frame?: Frame
  /** Levels of the last frames, oldest first. */
  trail: number[]
  /** The highest peak lately, dBm0. */
  hold: number
  holdAt: number
  bits: string
  /** Newest first. */
  bursts: Burst[]
}

export const emptyScope = (): Scope => ({ trail: [], hold: -99, holdAt: 0, bits: '', bursts: [] })

/** withFrame is the scope after one more frame. A new burst of data begins a new row of bits. */
export function withFrame(s: Scope, f: Frame): Scope {
  const held = f.peakDbm0 < s.hold && f.at - s.holdAt <= holdMs
  const begins = !!f.carrier && !s.frame?.carrier
  return {
    frame: f,
    trail: [...s.trail, f.levelDbm0].slice(-trailLength),
    hold: held ? s.hold : f.peakDbm0,
    holdAt: held ? s.holdAt : f.at,
    bits: ((begins ? '' : s.bits) + (f.bits ?? '')).slice(-keepBits),
    bursts: f.bursts?.length ? merged(s.bursts, f.bursts) : s.bursts,
  }
}

/** merged adds bursts to those known; after a reconnect the box tells them again. */
function merged(known: Burst[], news: Burst[]): Burst[] {
  const fresh = news.filter((b) => !known.some((k) => k.id === b.id && k.at === b.at))
  return [...fresh.reverse(), ...known].slice(0, keepBursts)
}

/** share is where a level lies between low and high, 0 to 1. */
export function share(level: number, low: number, high: number): number {
  return Math.min(1, Math.max(0, (level - low) / (high - low)))
}

/** hzShare is where a frequency lies across the spectrum, 0 to 1. */
export const hzShare = (hz: number): number => (hz - lowHz) / (binCount * stepHz)

/** bars is the outline of the spectrum as an SVG path, width by height. */
export function bars(bins: number[], width: number, height: number): string {
  if (!bins.length) return ''
  const step = width / bins.length
  const y = (level: number) => round(height * (1 - share(level, plotLow, plotHigh)))
  const tops = bins.map((level, i) => `L${round(i * step)} ${y(level)}H${round((i + 1) * step)}`)
  return `M0 ${round(height)}${tops.join('')}V${round(height)}Z`
}

/** line is the trail of levels as an SVG path that ends at the right. */
export function line(trail: number[], width: number, height: number): string {
  const step = width / (trailLength - 1)
  const from = width - (trail.length - 1) * step
  return trail.map((level, i) => `${i ? 'L' : 'M'}${round(from + i * step)} ${round(height * (1 - share(level, meterLow, meterHigh)))}`).join('')
}

const round = (x: number) => Math.round(x * 10) / 10

const whys = ['checksum', 'short', 'grammar', 'type', 'carrier', 'doubt', 'no-number'] as const
/** whyKey is the language key of a refusal; a reason that is not known has a general one. */
export function whyKey(why: string): string {
  return 'scope.why.' + ((whys as readonly string[]).includes(why) ? why : 'other')
}

/**
 * octets is what came over the line, to be read: tone keys as such, a modem's text as
 * text, all else in hexadecimal, sixteen octets a row with what is printable beside.
 */
export function octets(b: Pick<Burst, 'raw' | 'modem'>): string {
  const raw = bytes(b.raw ?? '')
  const text = raw.map((c) => String.fromCharCode(c)).join('')
  if (b.modem === 'dtmf' || (b.modem === 'voicemodem' && /^[\x20-\x7e\r\n]*$/.test(text))) return text.trim()
  const rows: string[] = []
  for (let i = 0; i < raw.length; i += 16) {
    const row = raw.slice(i, i + 16)
    const hex = row.map((c) => c.toString(16).padStart(2, '0')).join(' ')
    rows.push(hex.padEnd(16 * 3) + row.map((c) => (c >= 0x20 && c < 0x7f ? String.fromCharCode(c) : '·')).join(''))
  }
  return rows.join('\n')
}

function bytes(hex: string): number[] {
  return (hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16)).filter((n) => !Number.isNaN(n))
}

/** levelWord judges how loud caller ID came: exchanges deliver -36 to -10 dBm0. */
export function levelWord(dbm0: number): 'good' | 'quiet' | 'loud' {
  if (dbm0 < -40) return 'quiet'
  return dbm0 > -4 ? 'loud' : 'good'
}
