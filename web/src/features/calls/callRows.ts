// The call log's rows: keyset pages that come as the list is scrolled, kept fresh by the
// live stream.

import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { on } from '@/api/bus'
import type { Call } from '@/api/types'
import { callApi, type CallQuery } from './callApi'

const pageSize = 50

export function useCallRows(query: () => CallQuery) {
  const rows = shallowRef<Call[]>([])
  const next = ref<string>()
  const count = ref<number>()
  const capped = ref(false)
  const ready = ref(false)
  const loading = ref(false)
  const error = shallowRef<unknown>(null)
  let generation = 0

  async function load(after?: string): Promise<void> {
    const mine = ++generation
    loading.value = true
    try {
      const page = await callApi.list({ ...query(), after, limit: pageSize, count: after ? undefined : 1 })
      if (mine !== generation) return
      rows.value = after ? [...rows.value, ...page.rows] : page.rows
      next.value = page.next
      if (!after) {
        count.value = page.count
        capped.value = !!page.capped
      }
      error.value = null
      ready.value = true
    } catch (err) {
      if (mine === generation) error.value = err
    } finally {
      if (mine === generation) loading.value = false
    }
  }

  function reload(): void {
    rows.value = []
    ready.value = false
    void load()
  }
  function more(): void {
    if (next.value && !loading.value) void load(next.value)
  }

  /** take puts a changed call where it belongs without a request, if it is in sight. */
  function take(call: Call): void {
    if (rows.value.some((r) => r.id === call.id)) rows.value = rows.value.map((r) => (r.id === call.id ? call : r))
    else soon()
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  // A new call may or may not match the filter: the hub knows. Long lists are left alone,
  // they would jump; their head is fetched when the filter changes or the page opens.
  function soon(): void {
    clearTimeout(timer)
    timer = setTimeout(() => rows.value.length <= pageSize && void load(), 400)
  }

  watch(() => JSON.stringify(query()), reload, { immediate: true })
  const offs = [on('call', take), on('reload', soon), on('session', ({ me }) => me && soon())]
  onScopeDispose(() => {
    offs.forEach((off) => off())
    clearTimeout(timer)
  })
  return { rows, more, count, capped, ready, loading, error, reload, take, hasMore: computed(() => next.value !== undefined) }
}
