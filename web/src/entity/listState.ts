// A list's search, filters and order live in its address, so that a link, a
// dashboard figure and the Back button all show the same rows:
//   /o/ticket?q=电机&f.state=open,doing&f.due=week&s=-due&adv=[…]
import { computed } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'
import type { Entity, Field, Filter, FilterOp, Query } from '@/api/types'
import { addDays, today } from '@/lib/time'

export interface Condition {
  field: string
  op: FilterOp
  value?: unknown
}
export interface Advanced {
  any: boolean
  rows: Condition[]
}

export const dateSpans = ['overdue', 'today', 'tomorrow', 'week', 'month', 'last30'] as const
export type DateSpan = (typeof dateSpans)[number]

/** spanDates gives a span's first day and the day after its last, in local time. Weeks start on Monday. */
export function spanDates(span: DateSpan, now = today()): { from?: string; to?: string } {
  const weekday = (new Date(now + 'T12:00:00').getDay() + 6) % 7
  switch (span) {
    case 'overdue':
      return { to: now }
    case 'today':
      return { from: now, to: addDays(now, 1) }
    case 'tomorrow':
      return { from: addDays(now, 1), to: addDays(now, 2) }
    case 'week':
      return { from: addDays(now, -weekday), to: addDays(now, 7 - weekday) }
    case 'month': {
      const from = now.slice(0, 8) + '01'
      return { from, to: addDays(from, 32).slice(0, 8) + '01' }
    }
    case 'last30':
      return { from: addDays(now, -29), to: addDays(now, 1) }
  }
}

/** quickFilter turns the chosen values of a quick filter into what the hub understands. */
export function quickFilter(field: Field, chosen: string[]): Filter[] {
  if (!chosen.length) return []
  if (field.type === 'bool') return [{ field: field.key, op: 'eq', value: chosen[0] === 'true' }]
  if (field.type === 'date' || field.type === 'datetime') {
    const { from, to } = spanDates(chosen[0] as DateSpan)
    const value = (date: string) => (field.type === 'date' ? date : new Date(date + 'T00:00:00').getTime())
    const out: Filter[] = []
    if (from) out.push({ field: field.key, op: 'ge', value: value(from) })
    if (to) out.push({ field: field.key, op: 'lt', value: value(to) })
    return out
  }
  return [{ field: field.key, op: 'in', value: chosen }]
}

export function parseAdvanced(text: unknown): Advanced {
  try {
    const parsed = JSON.parse(String(text)) as Advanced
    if (Array.isArray(parsed.rows)) return { any: !!parsed.any, rows: parsed.rows }
  } catch {
    // a link cut short shows the whole list
  }
  return { any: false, rows: [] }
}

/** toQuery is the request a list's address stands for. */
export function toQuery(entity: Entity, address: LocationQuery): Query {
  const parts: Filter[] = []
  for (const field of entity.fields) {
    const chosen = address['f.' + field.key]
    if (typeof chosen === 'string' && chosen) parts.push(...quickFilter(field, chosen.split(',')))
  }
  const advanced = parseAdvanced(address.adv)
  if (advanced.rows.length) parts.push(advanced.any ? { or: advanced.rows } : { and: advanced.rows })
  const query: Query = { sort: parseSort(entity, address.s) }
  if (typeof address.q === 'string' && address.q.trim()) query.search = address.q.trim()
  if (parts.length) query.filter = parts.length === 1 ? parts[0] : { and: parts }
  return query
}

function parseSort(entity: Entity, text: unknown) {
  const key = typeof text === 'string' ? text.replace(/^-/, '') : ''
  if (entity.fields.some((f) => f.key === key && f.sortable)) return { field: key, desc: String(text).startsWith('-') }
  return entity.list.sort
}

export function useListState(entity: () => Entity) {
  const route = useRoute()
  const router = useRouter()

  function set(change: Record<string, string | undefined>, push = false) {
    const query: LocationQuery = { ...route.query }
    for (const [key, value] of Object.entries(change)) {
      if (value) query[key] = value
      else delete query[key]
    }
    return push ? router.push({ query }) : router.replace({ query })
  }
  const text = (key: string) => computed(() => (typeof route.query[key] === 'string' ? (route.query[key] as string) : ''))

  const query = computed(() => toQuery(entity(), route.query))
  const search = text('q')
  const peek = text('peek')
  const advanced = computed(() => parseAdvanced(route.query.adv))
  const quick = (key: string) => {
    const value = route.query['f.' + key]
    return typeof value === 'string' && value ? value.split(',') : []
  }
  const filtered = computed(() => Object.keys(route.query).some((k) => k === 'q' || k === 'adv' || k.startsWith('f.')))

  return {
    query,
    search,
    peek,
    advanced,
    filtered,
    quick,
    setSearch: (q: string) => set({ q }),
    setQuick: (key: string, chosen: string[]) => set({ ['f.' + key]: chosen.join(',') }),
    setAdvanced: (a: Advanced) => set({ adv: a.rows.length ? JSON.stringify(a) : undefined }),
    setSort: (field: string, desc: boolean) => set({ s: (desc ? '-' : '') + field }),
    open: (id: string | undefined, push: boolean) => set({ peek: id }, push),
    clear: () => router.replace({ query: route.query.s ? { s: route.query.s } : {} }),
  }
}
