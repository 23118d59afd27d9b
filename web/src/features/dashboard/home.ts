import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { api } from '@/api/client'
import { useMeta } from '@/api/meta'
import { queryClient } from '@/api/queries'
import { useSession } from '@/api/session'
import type { Call, Filter, Page, Query, Sort } from '@/api/types'
import { addDays, startOfDay, today } from '@/lib/time'

const shown = 6
const openTicket = ['new', 'doing', 'waiting']
const runningOrder = ['confirmed', 'shipped']
/** Due within a week from today; what is long overdue is not "soon". */
const dueSoon: Filter[] = [{ field: 'due', op: 'eq', value: { rel: 'days', n: 7 } }]

/**
 * useHome gathers what waits for the user today. Each figure opens the list
 * that made it, with the same filter.
 */
export function useHome() {
  const meta = useMeta()
  const session = useSession()
  const me = computed(() => session.me?.id ?? '')

  function records(entity: string, filter: () => Filter, sort: Sort) {
    return useQuery(
      {
        queryKey: computed(() => ['list', entity, 'home', today(), me.value]),
        queryFn: () => api.post<Page>(`/o/${entity}/query`, { filter: filter(), sort, limit: shown, count: true } satisfies Query),
        enabled: computed(() => !!meta.entity(entity)),
      },
      queryClient,
    )
  }
  function calls(direction?: 'missed') {
    return useQuery(
      {
        queryKey: ['calls', 'home', direction ?? 'all', today()],
        queryFn: () => api.get<Page<Call>>('/calls', { query: { from: startOfDay(), direction, limit: direction ? shown : 1, count: 1 } }),
      },
      queryClient,
    )
  }

  const all = calls()
  const missed = calls('missed')
  const schedule = records(
    'schedule',
    () => ({
      and: [
        { field: 'start', op: 'ge', value: startOfDay() },
        { field: 'start', op: 'lt', value: new Date(addDays(today(), 2) + 'T00:00:00').getTime() },
        { field: 'owner', op: 'eq', value: me.value },
      ],
    }),
    { field: 'start', desc: false },
  )
  const tickets = records('ticket', () => ({ field: 'state', op: 'in', value: openTicket }), { field: 'due', desc: false })
  const orders = records(
    'order',
    () => ({ and: [{ field: 'state', op: 'in', value: runningOrder }, ...dueSoon] }),
    { field: 'due', desc: false },
  )

  const advanced = (rows: unknown[]) => encodeURIComponent(JSON.stringify({ any: false, rows }))
  const links = {
    calls: '/calls',
    missed: '/calls?direction=missed',
    schedule: `/o/schedule?f.owner=${me.value}&s=start&adv=${advanced([{ field: 'start', op: 'ge', value: startOfDay() }])}`,
    tickets: `/o/ticket?f.state=${openTicket.join(',')}&s=due`,
    orders: `/o/order?f.state=${runningOrder.join(',')}&s=due&adv=${advanced([...dueSoon])}`,
  }
  const text = (page?: Page<unknown>) => (page?.count === undefined ? undefined : page.count + (page.capped ? '+' : ''))
  const figures = computed(() => [
    { key: 'calls', to: links.calls, value: text(all.data.value), alert: false },
    { key: 'missed', to: links.missed, value: text(missed.data.value), alert: !!missed.data.value?.count },
    ...(meta.entity('schedule') ? [{ key: 'schedule', to: links.schedule, value: text(schedule.data.value), alert: false }] : []),
    ...(meta.entity('ticket') ? [{ key: 'tickets', to: links.tickets, value: text(tickets.data.value), alert: false }] : []),
    ...(meta.entity('order') ? [{ key: 'orders', to: links.orders, value: text(orders.data.value), alert: false }] : []),
  ])
  return { figures, links, missed, schedule, tickets, orders }
}
