import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { api } from '@/api/client'
import type { components } from '@/api/schema.gen'
import { useMeta } from '@/api/meta'
import { queryClient } from '@/api/queries'
import { useSecurity } from '@/api/security'
import { useSession } from '@/api/session'
import type { Call, Filter, Page, Query, Sort } from '@/api/types'
import { addDays, startOfDay, today } from '@/lib/time'

const shown = 6
const openTicket = ['new', 'doing', 'waiting']
const runningOrder = ['confirmed', 'shipped']
/** Due within a week from today; what is long overdue is not "soon". */
const dueSoon: Filter[] = [{ field: 'due', op: 'eq', value: { rel: 'days', n: 7 } }]
type Request = components['schemas']['AccessRequest']

/**
 * useHome gathers what waits for the user today, or for those of his people he picked.
 * What of theirs he sees is for the hub to say. Each figure opens the list that made it,
 * with the same filter.
 */
export function useHome() {
  const meta = useMeta()
  const session = useSession()
  const security = useSecurity()
  const me = computed(() => session.me?.id ?? '')
  const picked = computed(() => session.me?.interface.people ?? [])
  const owners = computed(() => (picked.value.length ? picked.value : [me.value]))
  const theirs = computed<Filter>(() => ({ field: 'owner', op: 'in', value: owners.value }))
  /** Of the user alone tickets and orders are those he may see; of several people, theirs. */
  const narrowed = (filters: Filter[]): Filter => ({ and: picked.value.length ? [...filters, theirs.value] : filters })

  function records(entity: string, key: string, filter: () => Filter, sort: Sort) {
    const state = useQuery(
      {
        queryKey: computed(() => ['list', entity, 'home', key, today(), owners.value.join()]),
        queryFn: () => api.post<Page>(`/o/${entity}/query`, { filter: filter(), sort, limit: shown, count: true } satisfies Query),
        enabled: computed(() => !!meta.entity(entity)),
      },
      queryClient,
    )
    const link = computed(() => `/o/${entity}?s=${sort.desc ? '-' : ''}${sort.field}&adv=${encodeURIComponent(JSON.stringify(filter()))}`)
    return { ...state, link }
  }
  function calls(key: string, query: Record<string, string | number>, limit: number) {
    return useQuery(
      { queryKey: ['calls', 'home', key, today()], queryFn: () => api.get<Page<Call>>('/calls', { query: { from: startOfDay(), limit, count: 1, ...query } }) },
      queryClient,
    )
  }

  const all = calls('all', {}, 1)
  const missed = calls('missed', { direction: 'missed' }, shown)
  /** The latest calls each of the people took, together. */
  const taken = useQuery(
    {
      queryKey: computed(() => ['calls', 'home', 'taken', today(), owners.value.join()]),
      queryFn: async () => {
        const pages = await Promise.all(owners.value.map((user) => api.get<Page<Call>>('/calls', { query: { from: startOfDay(), limit: shown, user } })))
        const found = new Map(pages.flatMap((p) => p.rows).map((c) => [c.id, c]))
        return { rows: [...found.values()].sort((a, b) => b.startedAt - a.startedAt).slice(0, shown) }
      },
    },
    queryClient,
  )
  const reminders = records('customer', 'reminders', () => ({ and: [{ field: 'nextContact', op: 'le', value: today() }, theirs.value] }), { field: 'nextContact', desc: false })
  const schedule = records(
    'schedule',
    'entries',
    () => ({
      and: [
        { field: 'start', op: 'ge', value: startOfDay() },
        { field: 'start', op: 'lt', value: new Date(addDays(today(), 2) + 'T00:00:00').getTime() },
        { field: 'kind', op: 'ne', value: 'task' },
        theirs.value,
      ],
    }),
    { field: 'start', desc: false },
  )
  const tasks = records('schedule', 'tasks', () => ({ and: [{ field: 'kind', op: 'eq', value: 'task' }, { field: 'done', op: 'eq', value: false }, theirs.value] }), { field: 'start', desc: false })
  const tickets = records('ticket', 'open', () => narrowed([{ field: 'state', op: 'in', value: openTicket }]), { field: 'due', desc: false })
  const orders = records('order', 'due', () => narrowed([{ field: 'state', op: 'in', value: runningOrder }, ...dueSoon]), { field: 'due', desc: false })
  /** Requests that wait: for the keeper all of them, for the others their own. */
  const approvals = useQuery(
    {
      queryKey: computed(() => ['list', 'access-requests', 'home', !!security.state?.keeps]),
      queryFn: () => api.get<{ rows: Request[] }>('/access-requests', { query: { state: 'open', box: security.state?.keeps ? 'inbox' : undefined } }),
    },
    queryClient,
  )

  const links = {
    calls: '/calls',
    missed: '/calls?direction=missed',
    taken: computed(() => '/calls?user=' + owners.value[0]),
    approvals: computed(() => (security.state?.keeps ? '/audit/inbox' : '/audit/mine')),
  }
  const text = (page?: Page<unknown>) => (page?.count === undefined ? undefined : page.count + (page.capped ? '+' : ''))
  const figure = (key: string, entity: string, state: ReturnType<typeof records>, alert = false) =>
    meta.entity(entity) ? [{ key, to: state.link.value, value: text(state.data.value), alert: alert && !!state.data.value?.count }] : []
  const figures = computed(() => [
    { key: 'calls', to: links.calls, value: text(all.data.value), alert: false },
    { key: 'missed', to: links.missed, value: text(missed.data.value), alert: !!missed.data.value?.count },
    ...figure('schedule', 'schedule', schedule),
    ...figure('tasks', 'schedule', tasks),
    ...figure('tickets', 'ticket', tickets),
    ...figure('orders', 'order', orders),
  ])
  return { figures, links, owners, picked, missed, taken, reminders, schedule, tasks, tickets, orders, approvals }
}
