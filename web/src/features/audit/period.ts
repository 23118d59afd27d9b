import { addDays, today } from '@/lib/time'

/** The spans traffic is looked at by, each up to today. */
export const spans = ['1', '7', '30', '90'] as const

/** period is the first and last day of a span. */
export function period(span: string): { from: string; to: string } {
  return { from: addDays(today(), 1 - Number(span)), to: today() }
}

/** bytesText writes a size for people. */
export function bytesText(n: number): string {
  if (n < 1000) return `${n} B`
  if (n < 1e6) return `${(n / 1e3).toFixed(0)} kB`
  if (n < 1e9) return `${(n / 1e6).toFixed(1)} MB`
  return `${(n / 1e9).toFixed(2)} GB`
}
