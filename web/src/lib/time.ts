// Times are Unix milliseconds shown in the browser's zone, 24 hours, dates as
// 2026-11-22; plain dates are 'YYYY-MM-DD' strings and have no zone at all.

const two = (n: number) => String(n).padStart(2, '0')

export function dateOf(at: number): string {
  const d = new Date(at)
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`
}
export function clockOf(at: number): string {
  const d = new Date(at)
  return `${two(d.getHours())}:${two(d.getMinutes())}`
}
export function dateTimeOf(at: number): string {
  return dateOf(at) + ' ' + clockOf(at)
}
export function today(now = Date.now()): string {
  return dateOf(now)
}
/** addDays works on plain dates, through noon so that no summer time can shift the day. */
export function addDays(date: string, days: number): string {
  const d = new Date(date + 'T12:00:00')
  d.setDate(d.getDate() + days)
  return dateOf(d.getTime())
}
export function startOfDay(at = Date.now()): number {
  return new Date(at).setHours(0, 0, 0, 0)
}

/** durationOf writes milliseconds as m:ss or h:mm:ss. */
export function durationOf(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000))
  const h = Math.floor(s / 3600)
  const m = Math.floor((s % 3600) / 60)
  return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`
}

/**
 * shortTime is the least text that says when: "14:05" today, "昨天 14:05",
 * "11-18" this year, else the full date.
 */
export function shortTime(at: number, yesterdayText: string, now = Date.now()): string {
  const date = dateOf(at)
  const current = today(now)
  if (date === current) return clockOf(at)
  if (date === addDays(current, -1)) return yesterdayText + ' ' + clockOf(at)
  return date.slice(0, 4) === current.slice(0, 4) ? date.slice(5) : date
}
