// The lists a user may choose from and how he has arranged each. Arrangements are kept
// by the hub, so they follow him to every computer.
import { computed, onScopeDispose, ref, shallowReactive, watch } from 'vue'
import { on } from '@/api/bus'
import { api, messageOf } from '@/api/client'
import type { Entity, View, ViewColumn, ViewShare, ViewSpec } from '@/api/types'
import { local } from '@/lib/local'
import { toast } from '@/ui/toast'

interface Views {
  views: View[]
  rows: number
}
export const rowChoices = [20, 50, 100, 200] as const

const rowsKey = 'rows'
/** A change of columns is kept when the hand rests. */
const restMs = 600
/** Counts follow the records, but need not follow every one of them. */
const countMs = 3000

// What was last heard of each entity's views: a list opened again shows them at once.
const known = shallowReactive(new Map<string, Views>())
on('session', () => known.clear())

export function useViews(entity: () => string, chosen: () => string) {
  const error = ref<unknown>(null)
  const views = computed<View[]>(() => known.get(entity())?.views ?? [])
  const view = computed(() => views.value.find((v) => v.id === chosen()))
  const rows = ref(Number(local.get(rowsKey)) || 100)

  /** load asks first for the views, then for how many records each holds: counting must not keep the list waiting. */
  async function load(name = entity()): Promise<void> {
    try {
      const before = new Map(known.get(name)?.views.map((v) => [v.id, v]))
      const answer = await api.get<Views>(`/o/${name}/views`)
      known.set(name, { ...answer, views: answer.views.map((v) => ({ ...v, count: before.get(v.id)?.count, capped: before.get(v.id)?.capped })) })
      rows.value = answer.rows
      local.set(rowsKey, String(answer.rows))
      error.value = null
      void count(name)
    } catch (err) {
      error.value = err
    }
  }
  async function count(name: string): Promise<void> {
    const counted = await api.get<Views>(`/o/${name}/views`, { query: { count: true } }).catch(() => undefined)
    const now = known.get(name)
    if (!counted || !now) return
    const by = new Map(counted.views.map((v) => [v.id, v]))
    known.set(name, { ...now, views: now.views.map((v) => ({ ...v, count: by.get(v.id)?.count, capped: by.get(v.id)?.capped })) })
  }
  watch(entity, (name) => name && void load(name), { immediate: true })
  let counting: ReturnType<typeof setTimeout> | undefined
  const off = on('changed', (e) => {
    if (e.entity !== entity() || counting) return
    counting = setTimeout(() => {
      counting = undefined
      void count(entity())
    }, countMs)
  })

  // What was just dragged counts at once; the hub hears of it a moment later.
  const pending = ref<ViewSpec>()
  watch([entity, chosen], () => flush())
  const layout = computed<ViewSpec>(() => ({ ...view.value?.spec, ...view.value?.layout, ...pending.value, filter: view.value?.spec.filter }))
  let timer: ReturnType<typeof setTimeout> | undefined
  let waiting: { path: string; spec: ViewSpec; entity: string; view: string } | undefined
  function arrange(change: Partial<ViewSpec>) {
    pending.value = { ...view.value?.layout, ...pending.value, ...change, filter: undefined }
    waiting = { path: path(), spec: pending.value, entity: entity(), view: chosen() }
    clearTimeout(timer)
    timer = setTimeout(flush, restMs)
  }
  const path = () => `/o/${entity()}/layouts/${encodeURIComponent(chosen())}`
  function flush() {
    clearTimeout(timer)
    const now = waiting
    waiting = undefined
    pending.value = undefined
    if (!now) return
    const all = known.get(now.entity)
    if (all) known.set(now.entity, { ...all, views: all.views.map((v) => (v.id === now.view ? { ...v, layout: now.spec } : v)) })
    api.put(now.path, now.spec).catch((err: unknown) => toast(messageOf(err), 'bad'))
  }
  onScopeDispose(() => {
    off()
    clearTimeout(counting)
    flush()
  })
  /** reset goes back to the view as it is kept. */
  async function reset() {
    clearTimeout(timer)
    waiting = undefined
    pending.value = undefined
    await api.put(path(), null)
    await load()
  }

  async function setRows(n: number) {
    rows.value = n
    local.set(rowsKey, String(n))
    await api.put('/rows', { rows: n }).catch((err: unknown) => toast(messageOf(err), 'bad'))
  }

  async function save(id: string | undefined, name: string, spec: ViewSpec, shares: ViewShare[]): Promise<View> {
    const body = { name, spec, shares: shares.map(({ kind, id }) => ({ kind, id })) }
    const saved = id ? await api.put<View>(`/o/${entity()}/views/${id}`, body) : await api.post<View>(`/o/${entity()}/views`, body)
    clearTimeout(timer)
    waiting = undefined
    pending.value = undefined
    if (id) await api.put(`/o/${entity()}/layouts/${id}`, null)
    await load()
    return saved
  }
  async function remove(id: string) {
    await api.delete(`/o/${entity()}/views/${id}`)
    await load()
  }
  return { views, view, layout, error, ready: computed(() => known.has(entity())), rows, arrange, reset, setRows, save, remove }
}

/** columnsOf are the columns a list shows: as the user has them, the view, or the entity; where an office has fixed them, always the entity's. */
export function columnsOf(entity: Entity, layout: ViewSpec): ViewColumn[] {
  const fields = new Set(entity.fields.map((f) => f.key))
  const own = entity.columnsFixed ? undefined : layout.columns
  const columns = (own?.length ? own : entity.list.columns.map((key) => ({ key, width: layout.columns?.find((c) => c.key === key)?.width }))).filter((c) => fields.has(c.key) || c.key === 'createdAt' || c.key === 'updatedAt')
  return columns.length ? columns : [{ key: entity.title }]
}
