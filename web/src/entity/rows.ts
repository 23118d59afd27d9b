import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { on } from '@/api/bus'
import type { Query, Rec } from '@/api/types'
import { rememberList } from './neighbours'
import { records } from './records'

/** Rows fetched at a time. */
const atOnce = 50
/** Portions kept on each side of what is in sight; those further off are fetched again by their cursor. */
const keep = 8

interface Slot {
  /** The cursor this portion begins after; undefined for the first. */
  after?: string
  rows?: Rec[]
  /** Rows the portion had when it was last here, so that the scroll bar does not jump. */
  size: number
  loading?: boolean
}

/** Where a list was left, for coming back to it. */
export interface Place {
  starts: (string | undefined)[]
  first: number
}

/**
 * useRows is a page of `limit` rows of a list of any length, over keyset
 * cursors: the scrolling list asks for a range, portions come as needed and in
 * order, far ones are let go. Without limit the page has no end; without query
 * it waits.
 */
export function useRows(entity: () => string, query: () => Query | undefined, limit: () => number = () => Infinity, place?: () => Place | undefined) {
  const slots = shallowRef<Slot[]>([])
  const more = ref(true)
  const count = ref<number>()
  const capped = ref(false)
  const error = shallowRef<unknown>(null)
  const ready = ref(false)
  let generation = 0
  let abort = new AbortController()
  let range: [number, number] = [0, atOnce - 1]
  /** Cursors the pages so far begin after; the last is the page in sight. */
  const starts = ref<(string | undefined)[]>([undefined])
  /** Where the next page begins, once the end of this one is known. */
  const following = ref<string>()
  const portion = () => Math.min(atOnce, limit())

  const known = computed(() => slots.value.reduce((sum, s) => sum + s.size, 0))
  /** What there is to scroll through: loaded rows and, while more follow, a few ghosts. */
  const length = computed(() => (ready.value ? known.value + (more.value ? 4 : 0) : 14))

  function rowAt(index: number): Rec | undefined {
    return slots.value[Math.floor(index / portion())]?.rows?.[index % portion()]
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
    const first = n === 0 && starts.value.length === 1
    try {
      const page = await records.query(entity(), { ...query(), after: slot.after, limit: portion(), count: first || undefined }, abort.signal)
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
      const full = (n + 1) * portion() >= limit()
      if (full) following.value = page.next
      else if (page.next && !slots.value[n + 1]) slots.value.push({ after: page.next, size: 0 })
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
    const from = Math.floor(first / portion())
    const to = Math.floor((last + portion() / 2) / portion())
    for (let n = from; n <= to && n < slots.value.length; n++) void fetchPage(n)
    for (let n = 0; n < slots.value.length; n++) {
      const slot = slots.value[n]
      if (slot?.rows && (n < from - keep || n > to + keep)) slot.rows = undefined
    }
  }

  /** reload begins anew, as when filter or order changed. */
  function reload(): void {
    const at = place?.()
    count.value = undefined
    capped.value = false
    starts.value = at ? [...at.starts] : [undefined]
    void turn().then(() => at && until(at.first))
    if (at && at.starts.length > 1) void countAgain()
  }
  /** countAgain asks for the count where the first page, which brings it, is not the one in sight. */
  async function countAgain(): Promise<void> {
    const page = await records.query(entity(), { ...query(), limit: 1, count: true }, abort.signal).catch(() => undefined)
    if (page) [count.value, capped.value] = [page.count, !!page.capped]
  }
  /** until fetches as far as the row of that index. */
  async function until(index: number): Promise<void> {
    const mine = generation
    for (let n = 0; n <= Math.floor(index / portion()) && n < slots.value.length && mine === generation; n++) await fetchPage(n)
  }
  function next(): void {
    if (!following.value) return
    starts.value = [...starts.value, following.value]
    void turn()
  }
  function previous(): void {
    if (starts.value.length < 2) return
    starts.value = starts.value.slice(0, -1)
    void turn()
  }
  /** patch puts in what a write answered, where the row is in sight. */
  function patch(rec: Rec): void {
    for (const slot of slots.value) {
      const at = slot.rows?.findIndex((r) => r.id === rec.id) ?? -1
      if (at >= 0) slot.rows = slot.rows?.map((r, i) => (i === at ? rec : r))
    }
    touch()
  }
  /** loaded are the rows there are, in order. */
  const loaded = computed(() => slots.value.flatMap((s) => s.rows ?? []))

  async function turn(): Promise<void> {
    if (!query()) return
    generation++
    abort.abort()
    abort = new AbortController()
    ready.value = false
    error.value = null
    more.value = true
    following.value = undefined
    slots.value = [{ after: starts.value[starts.value.length - 1], size: 0 }]
    await fetchPage(0)
  }

  /** refresh fetches again what is in sight, without moving anything. */
  async function refresh(): Promise<void> {
    if (error.value) return reload()
    const pages = new Set([0, Math.floor(range[0] / portion()), Math.floor(range[1] / portion())])
    for (const n of [...pages].sort((a, b) => a - b)) await fetchPage(n, true)
  }

  watch(() => entity() + JSON.stringify(query()) + limit(), reload, { immediate: true })

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

  const page = computed(() => starts.value.length)
  /** before counts the rows of the pages before this one. */
  const before = computed(() => (page.value > 1 ? (page.value - 1) * limit() : 0))
  const mark = (first: number): Place => ({ starts: [...starts.value], first })

  return { length, known, loaded, more, count, capped, error, ready, page, before, following, rowAt, ensure, until, reload, refresh, next, previous, patch, mark }
}
