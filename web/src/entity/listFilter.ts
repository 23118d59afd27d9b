// The little a list itself needs to know of filters; building and wording them is
// fetched when somebody does.
import type { Filter } from '@/api/types'

/** parseFilter reads a filter out of an address: the hub's form, or the rows of older links. */
export function parseFilter(text: unknown): Filter | undefined {
  if (typeof text !== 'string' || !text) return undefined
  try {
    const parsed = JSON.parse(text) as Filter & { rows?: Filter[]; any?: boolean }
    if (Array.isArray(parsed.rows)) return parsed.rows.length ? (parsed.any ? { or: parsed.rows } : { and: parsed.rows }) : undefined
    if (Array.isArray(parsed.and) || Array.isArray(parsed.or) || typeof parsed.field === 'string' || typeof parsed.related?.entity === 'string') return parsed
  } catch {
    // a link cut short shows the whole list
  }
  return undefined
}

/** conditionsIn counts the comparisons of a filter. */
export function conditionsIn(filter: Filter | undefined): number {
  if (!filter) return 0
  if (filter.related) return Math.max(1, conditionsIn(filter.related.filter))
  return filter.field ? 1 : (filter.and ?? filter.or ?? []).reduce((n, f) => n + conditionsIn(f), 0)
}
