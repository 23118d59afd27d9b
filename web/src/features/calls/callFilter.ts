// The call log's filter as it stands in the page's address, and as the hub is asked.

import { startOfDay } from '@/lib/time'
import type { CallQuery } from './callApi'

export const periods = ['all', 'today', 'yesterday', 'week', 'month', 'custom'] as const
export type Period = (typeof periods)[number]

export interface CallFilter {
  number: string
  period: Period
  /** plain dates of period custom, both included */
  from: string
  to: string
  direction: 'all' | 'in' | 'out' | 'missed'
  user: string
  line: string
  /** customer:ID, and the name shown for it */
  party: string
  partyLabel: string
  recorded: boolean
}

export const noFilter: CallFilter = { number: '', period: 'all', from: '', to: '', direction: 'all', user: '', line: '', party: '', partyLabel: '', recorded: false }

type Query = Record<string, unknown>

export function filterOf(query: Query): CallFilter {
  const text = (key: string) => (typeof query[key] === 'string' ? query[key] : '')
  const oneOf = <V extends string>(key: string, all: readonly V[], other: V) => (all.includes(text(key) as V) ? (text(key) as V) : other)
  return {
    number: text('number'),
    period: oneOf('period', periods, 'all'),
    from: text('from'),
    to: text('to'),
    direction: oneOf('direction', ['all', 'in', 'out', 'missed'] as const, 'all'),
    user: text('user'),
    line: text('line'),
    party: text('party'),
    partyLabel: text('partyLabel'),
    recorded: text('recorded') === '1',
  }
}

/** addressOf gives what goes into the address: only what differs from no filter. */
export function addressOf(f: CallFilter): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [key, value] of Object.entries(f)) {
    if (value === noFilter[key as keyof CallFilter]) continue
    out[key] = value === true ? '1' : String(value)
  }
  if (f.period !== 'custom') {
    delete out.from
    delete out.to
  }
  if (!f.party) delete out.partyLabel
  return out
}

export function isFiltered(f: CallFilter): boolean {
  return Object.keys(addressOf(f)).length > 0
}

export function queryOf(f: CallFilter, now = Date.now()): CallQuery {
  return {
    ...rangeOf(f, now),
    number: f.number.trim() || undefined,
    direction: f.direction === 'all' ? undefined : f.direction,
    user: f.user || undefined,
    line: f.line ? Number(f.line) : undefined,
    party: f.party || undefined,
    recorded: f.recorded ? 1 : undefined,
  }
}

/** From, included, to, not included. The week begins on Monday. */
function rangeOf(f: CallFilter, now: number): { from?: number; to?: number } {
  const day = (offset: number) => {
    const d = new Date(startOfDay(now))
    d.setDate(d.getDate() + offset)
    return d.getTime()
  }
  const date = new Date(now)
  switch (f.period) {
    case 'today':
      return { from: day(0) }
    case 'yesterday':
      return { from: day(-1), to: day(0) }
    case 'week':
      return { from: day(-((date.getDay() + 6) % 7)) }
    case 'month':
      return { from: day(1 - date.getDate()) }
    case 'custom':
      return { from: f.from ? dayStart(f.from) : undefined, to: f.to ? dayStart(f.to, 1) : undefined }
    default:
      return {}
  }
}

function dayStart(date: string, plus = 0): number | undefined {
  const d = new Date(date + 'T00:00:00')
  if (Number.isNaN(d.getTime())) return undefined
  d.setDate(d.getDate() + plus)
  return d.getTime()
}
