// The lists a user may choose from and how he has arranged each. Arrangements are kept
// by the hub, so they follow him to every computer.
import { useQuery } from '@tanstack/vue-query'
import { computed, onScopeDispose, ref, watch } from 'vue'
import { api, messageOf } from '@/api/client'
import { queryClient } from '@/api/queries'
import type { Entity, View, ViewColumn, ViewShare, ViewSpec } from '@/api/types'
import { local } from '@/lib/local'
import { toast } from '@/ui/toast'

export interface Views {
  views: View[]
  rows: number
}
export const rowChoices = [20, 50, 100, 200] as const

const rowsKey = 'rows'
/** A change of columns is kept when the hand rests. */
const restMs = 600

export function useViews(entity: () => string, chosen: () => string) {
  const key = computed(() => ['views', entity()])
  const { data, error, refetch } = useQuery({ queryKey: key, queryFn: () => api.get<Views>(`/o/${entity()}/views`) }, queryClient)
  // How many records each holds comes after the list itself is there.
  const counts = useQuery(
    { queryKey: computed(() => ['views', entity(), 'counts']), queryFn: () => api.get<Views>(`/o/${entity()}/views`, { query: { count: true } }), enabled: computed(() => !!data.value), staleTime: 15_000 },
    queryClient,
  )
  const views = computed<View[]>(() => {
    const counted = new Map(counts.data.value?.views.map((v) => [v.id, v]))
    return (data.value?.views ?? []).map((v) => ({ ...v, count: counted.get(v.id)?.count, capped: counted.get(v.id)?.capped }))
  })
  const view = computed(() => views.value.find((v) => v.id === chosen()))

  // What was just dragged counts at once; the hub hears of it a moment later.
  const pending = ref<ViewSpec>()
  watch([entity, chosen], () => flush())
  const layout = computed<ViewSpec>(() => ({ ...view.value?.spec, ...view.value?.layout, ...pending.value, filter: view.value?.spec.filter }))
  let timer: ReturnType<typeof setTimeout> | undefined
  let waiting: { path: string; spec: ViewSpec; entity: string; view: string } | undefined
  function arrange(change: Partial<ViewSpec>) {
    pending.value = { ...view.value?.layout, ...pending.value, ...change, filter: undefined }
    waiting = { path: `/o/${entity()}/layouts/${encodeURIComponent(chosen())}`, spec: pending.value, entity: entity(), view: chosen() }
    clearTimeout(timer)
    timer = setTimeout(flush, restMs)
  }
  function flush() {
    clearTimeout(timer)
    const now = waiting
    waiting = undefined
    pending.value = undefined
    if (!now) return
    queryClient.setQueryData<Views>(['views', now.entity], (old) => old && { ...old, views: old.views.map((v) => (v.id === now.view ? { ...v, layout: now.spec } : v)) })
    api.put(now.path, now.spec).catch((err: unknown) => toast(messageOf(err), 'bad'))
  }
  onScopeDispose(flush)
  /** reset goes back to the view as it is kept. */
  async function reset() {
    clearTimeout(timer)
    waiting = undefined
    pending.value = undefined
    await api.put(`/o/${entity()}/layouts/${encodeURIComponent(chosen())}`, null)
    await refetch()
  }

  const known = ref(Number(local.get(rowsKey)) || 100)
  watch(() => data.value?.rows, (n) => n && ((known.value = n), local.set(rowsKey, String(n))))
  async function setRows(n: number) {
    known.value = n
    local.set(rowsKey, String(n))
    try {
      await api.put('/rows', { rows: n })
      await queryClient.invalidateQueries({ queryKey: ['views'] })
    } catch (err) {
      toast(messageOf(err), 'bad')
    }
  }

  async function save(id: string | undefined, name: string, spec: ViewSpec, shares: ViewShare[]): Promise<View> {
    const body = { name, spec, shares: shares.map(({ kind, id }) => ({ kind, id })) }
    const saved = id ? await api.put<View>(`/o/${entity()}/views/${id}`, body) : await api.post<View>(`/o/${entity()}/views`, body)
    if (id) await api.put(`/o/${entity()}/layouts/${id}`, null)
    waiting = undefined
    pending.value = undefined
    await queryClient.invalidateQueries({ queryKey: ['views', entity()] })
    return saved
  }
  async function remove(id: string) {
    await api.delete(`/o/${entity()}/views/${id}`)
    await queryClient.invalidateQueries({ queryKey: ['views', entity()] })
  }
  return { views, view, layout, error, ready: computed(() => !!data.value), rows: known, arrange, reset, setRows, save, remove }
}

/** columnsOf are the columns a list shows: as the user has them, the view, or the entity; where an office has fixed them, always the entity's. */
export function columnsOf(entity: Entity, layout: ViewSpec): ViewColumn[] {
  const fields = new Set(entity.fields.map((f) => f.key))
  const own = entity.columnsFixed ? undefined : layout.columns
  const columns = (own?.length ? own : entity.list.columns.map((key) => ({ key, width: layout.columns?.find((c) => c.key === key)?.width }))).filter((c) => fields.has(c.key) || c.key === 'createdAt' || c.key === 'updatedAt')
  return columns.length ? columns : [{ key: entity.title }]
}
