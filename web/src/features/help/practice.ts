// Practice: tasks on customers made for it, ticked off by what the hub finds done.
import { api } from '@/api/client'
import type { Favourite, Filter, Page, Rec } from '@/api/types'

export const tasks = ['create', 'note', 'schedule', 'level', 'order', 'star'] as const
export type Task = (typeof tasks)[number]

export interface Samples {
  /** What the names of all practice customers begin with. */
  prefix: string
  first: string
  second: string
}

async function rows(entity: string, filter: Filter): Promise<Rec[]> {
  return (await api.post<Page>(`/o/${entity}/query`, { filter, limit: 100 })).rows
}
/** practiced are the user's own customers of the practice. */
export function practiced(prefix: string, me: string): Promise<Rec[]> {
  return rows('customer', { and: [{ field: 'name', op: 'startsWith', value: prefix }, { field: 'owner', op: 'eq', value: me }] })
}

/** prepare makes the two customers the tasks are about, unless they are there. */
export async function prepare(s: Samples, me: string): Promise<void> {
  const there = await practiced(s.prefix, me)
  for (const name of [s.first, s.second]) {
    if (!there.some((r) => r.label === name)) await api.post('/o/customer', { values: { name, level: 'c', notes: s.prefix } })
  }
}

/** look tells which tasks are done; undefined where the customers are not there yet. */
export async function look(s: Samples, me: string): Promise<Record<Task, boolean> | undefined> {
  const there = await practiced(s.prefix, me)
  const first = there.find((r) => r.label === s.first)
  const second = there.find((r) => r.label === s.second)
  if (!first || !second) return undefined
  const of = (entity: string, rec: Rec) => rows(entity, { field: 'customer', op: 'eq', value: rec.id }).then((found) => found.length > 0, () => false)
  const [note, schedule, order, stars] = await Promise.all([of('activity', first), of('schedule', first), of('order', second), api.get<{ rows: Favourite[] }>('/favourites')])
  return {
    create: there.some((r) => r.label !== s.first && r.label !== s.second),
    note, schedule, order,
    level: second.values.level === 'a',
    star: stars.rows.some((f) => f.id === first.id),
  }
}

/** clear takes everything of the practice away again, and tells how many records stayed. */
export async function clear(s: Samples, me: string): Promise<number> {
  let stayed = 0
  const drop = (rec: Rec) => api.delete(`/o/${rec.entity}/${rec.id}?rev=${rec.rev}`).catch(() => void stayed++)
  for (const customer of await practiced(s.prefix, me)) {
    for (const entity of ['order', 'schedule', 'activity', 'contact']) {
      for (const rec of await rows(entity, { field: 'customer', op: 'eq', value: customer.id }).catch(() => [])) await drop(rec)
    }
    await drop((await api.get<Rec>(`/o/customer/${customer.id}`)))
  }
  return stayed
}
