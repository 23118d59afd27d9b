// A list's view, search, filters and order live in its address, so that a link, a
// dashboard figure and the Back button all show the same rows:
//   /o/ticket?view=mine&q=电机&qk=phones&f.state=open,doing&f.due=week&s=-due&adv={…}
// What the address leaves out is as the view has it; adv= (empty) takes the view's own
// conditions off for the moment.
import { computed } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'
import type { Entity, Field, Filter, Query, Sort } from '@/api/types'
import { addDays, today } from '@/lib/time'
import { parseFilter } from './listFilter'
import { kindFilter } from './searchKinds'

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

/** What a list starts from before its address says otherwise. */
export interface Start {
  filter?: Filter
  sort?: Sort
}

/** toQuery is the request a list's address stands for. */
export function toQuery(entity: Entity, address: LocationQuery, start: Start = {}): Query {
  const parts: Filter[] = []
  for (const field of entity.fields) {
    const chosen = address['f.' + field.key]
    if (typeof chosen === 'string' && chosen) parts.push(...quickFilter(field, chosen.split(',')))
  }
  const own = 'adv' in address ? parseFilter(address.adv) : start.filter
  if (own) parts.push(own)
  const query: Query = { sort: parseSort(entity, address.s) ?? start.sort ?? entity.list.sort }
  const typed = typeof address.q === 'string' ? address.q.trim() : ''
  if (typed) {
    const kind = kindFilter(entity, address.qk, typed)
    if (kind) parts.push(kind)
    else query.search = typed
  }
  if (parts.length) query.filter = parts.length === 1 ? parts[0] : { and: parts }
  return query
}

function parseSort(entity: Entity, text: unknown): Sort | undefined {
  const key = typeof text === 'string' ? text.replace(/^-/, '') : ''
  if (key === 'createdAt' || key === 'updatedAt' || entity.fields.some((f) => f.key === key && f.sortable)) return { field: key, desc: String(text).startsWith('-') }
  return undefined
}

export function useListState(entity: () => Entity, start: () => Start = () => ({})) {
  const route = useRoute()
  const router = useRouter()

  /** set changes parts of the address; undefined takes one away. */
  function set(change: Record<string, string | undefined>, push = false) {
    const query: LocationQuery = { ...route.query }
    for (const [key, value] of Object.entries(change)) {
      if (value === undefined) delete query[key]
      else query[key] = value
    }
    return push ? router.push({ query }) : router.replace({ query })
  }
  

  // A kept-alive list must not follow the address of the page that lies over it.
  let last: LocationQuery = route.query
  const address = computed(() => (route.path === '/o/' + entity().name ? (last = route.query) : last))
  const text = (key: string) => computed(() => (typeof address.value[key] === 'string' ? (address.value[key] as string) : ''))
  const view = text('view')
  const query = computed(() => toQuery(entity(), address.value, start()))
  const quick = (key: string) => {
    const value = address.value['f.' + key]
    return typeof value === 'string' && value ? value.split(',') : []
  }
  const filter = computed(() => ('adv' in address.value ? parseFilter(address.value.adv) : start().filter))
  /** Narrowed further than the view itself. */
  const filtered = computed(() => Object.keys(address.value).some((k) => k === 'q' || k === 'adv' || k.startsWith('f.')))
  /** Differs from the view as it is kept. */
  const changed = computed(() => Object.keys(address.value).some((k) => k === 'adv' || k === 's' || k.startsWith('f.')))

  return {
    address,
    query,
    search: text('q'),
    searchKind: text('qk'),
    peek: text('peek'),
    view: computed(() => view.value || 'all'),
    filter,
    filtered,
    changed,
    quick,
    set,
    setSearch: (q: string, kind: string) => set({ q: q || undefined, qk: kind || undefined }),
    setQuick: (key: string, chosen: string[]) => set({ ['f.' + key]: chosen.length ? chosen.join(',') : undefined }),
    setFilter: (f: Filter | undefined) => set({ adv: f ? JSON.stringify(f) : start().filter ? '' : undefined }),
    setSort: (field: string, desc: boolean) => set({ s: (desc ? '-' : '') + field }),
    open: (id: string | undefined, push: boolean) => set({ peek: id }, push),
    /** clear goes back to the view as it is. */
    clear: () => router.replace({ query: route.query.view ? { view: route.query.view } : {} }),
    choose: (view: string) => router.push({ query: view === 'all' ? {} : { view } }),
  }
}
