import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { on } from '@/api/bus'
import type { Query, Rec } from '@/api/types'
import { rememberList } from './neighbours'
import { records } from './records'

const pageSize = 50
/** Pages kept on each side of what is in sight; those further off are fetched again by their cursor. */
const keep = 8

interface Slot {
  /** The cursor this page begins after; undefined for the first. */
  after?: string
  rows?: Rec[]
  /** Rows the page had when it was last here, so that the scroll bar does not jump. */
  size: number
  loading?: boolean
}

/**
 * useRows is a list of any length over keyset pages: the scrolling list asks
 * for a range, pages come as needed and in order, far ones are let go.
 */
export function useRows(entity: () => string, query: () => Query) {
  const slots = shallowRef<Slot[]>([])
  const more = ref(true)
  const count = ref<number>()
  const capped = ref(false)
  const error = shallowRef<unknown>(null)
  const ready = ref(false)
  let generation = 0
  let abort = new AbortController()
  let range: [number, number] = [0, pageSize - 1]

  const known = computed(() => slots.value.reduce((sum, s) => sum + s.size, 0))
  /** What there is to scroll through: loaded rows and, while more follow, a few ghosts. */
  const length = computed(() => (ready.value ? known.value + (more.value ? 4 : 0) : 14))

  function rowAt(index: number): Rec | undefined {
    return slots.value[Math.floor(index / pageSize)]?.rows?.[index % pageSize]
  }
  function touch() {
    slots.value = [...slots.value]
    rememberList(entity(), slots.value.flatMap((s) => s.rows?.map((r) => r.id) ?? []))
  }

  async function fetchPage(n: number, force = false): Promise<void> {
    const slot = slots.value[n]
    if (!slot || slot.loading || (slot.rows && !force)) return
    slot.loading = true
    const mine = generation
    const first = n === 0
    try {
      const page = await records.query(entity(), { ...query(), after: slot.after, limit: pageSize, count: first || undefined }, abort.signal)
      if (mine !== generation) return
      slot.rows = page.rows
      slot.size = page.rows.length
      if (first) {
        count.value = page.count
        capped.value = !!page.capped
      }
      // Rows came in or went since: cursors of the pages behind no longer join up.
      const behind = slots.value[n + 1]
      if (behind && behind.after !== page.next) slots.value.length = n + 1
      if (page.next && !slots.value[n + 1]) slots.value.push({ after: page.next, size: 0 })
      const last = slots.value[slots.value.length - 1]
      more.value = !!last && !last.rows
      ready.value = true
      error.value = null
    } catch (err) {
      if (err instanceof DOMException || mine !== generation) return
      error.value = err
    } finally {
      slot.loading = false
      if (mine === generation) touch()
    }
  }

  function ensure(first: number, last: number): void {
    range = [first, last]
    if (error.value) return
    const from = Math.floor(first / pageSize)
    const to = Math.floor((last + pageSize / 2) / pageSize)
    for (let n = from; n <= to && n < slots.value.length; n++) void fetchPage(n)
    for (let n = 0; n < slots.value.length; n++) {
      const slot = slots.value[n]
      if (slot?.rows && (n < from - keep || n > to + keep)) slot.rows = undefined
    }
  }

  /** reload begins anew, as when filter or order changed. */
  function reload(): void {
    generation++
    abort.abort()
    abort = new AbortController()
    ready.value = false
    error.value = null
    more.value = true
    slots.value = [{ size: 0 }]
    void fetchPage(0)
  }

  /** refresh fetches again what is in sight, without moving anything. */
  async function refresh(): Promise<void> {
    if (error.value) return reload()
    const pages = new Set([0, Math.floor(range[0] / pageSize), Math.floor(range[1] / pageSize)])
    for (const n of [...pages].sort((a, b) => a - b)) await fetchPage(n, true)
  }

  watch(() => entity() + JSON.stringify(query()), reload, { immediate: true })

  let timer: ReturnType<typeof setTimeout> | undefined
  function soon() {
    clearTimeout(timer)
    timer = setTimeout(() => void refresh(), 400)
  }
  const offs = [
    on('changed', (e) => e.entity === entity() && soon()),
    on('reload', soon),
    on('session', ({ me }) => me && soon()),
  ]
  onScopeDispose(() => {
    offs.forEach((off) => off())
    clearTimeout(timer)
    abort.abort()
  })

  return { length, known, more, count, capped, error, ready, rowAt, ensure, reload, refresh }
}
