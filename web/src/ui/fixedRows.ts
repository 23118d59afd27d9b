import { computed, onBeforeUnmount, ref, watch, type Ref } from 'vue'

interface Wishes {
  count: () => number
  /** Every row is as high as every other; that is what keeps this small. */
  height: () => number
  /** What stands still over the top and bottom of the scrolled rows, in px. */
  top?: () => number
  bottom?: () => number
  /** Rows drawn beyond either edge, so that scrolling never shows a gap. */
  spare?: number
}

/**
 * useFixedRows tells which rows of a long list are in sight: only those are in
 * the page, each at its place in a box as high as all of them.
 */
export function useFixedRows(scroller: Ref<HTMLElement | undefined>, o: Wishes) {
  const offset = ref(0)
  const seen = ref(typeof innerHeight === 'number' ? innerHeight : 900)
  const spare = o.spare ?? 8
  const top = o.top ?? (() => 0)
  const bottom = o.bottom ?? (() => 0)

  const read = () => {
    const el = scroller.value
    if (!el) return
    offset.value = el.scrollTop
    if (el.clientHeight) seen.value = el.clientHeight
  }
  const observer = typeof ResizeObserver === 'function' ? new ResizeObserver(read) : undefined
  watch(scroller, (el, old) => {
    old?.removeEventListener('scroll', read)
    observer?.disconnect()
    el?.addEventListener('scroll', read, { passive: true })
    if (el) observer?.observe(el)
    read()
  }, { immediate: true, flush: 'post' })
  onBeforeUnmount(() => {
    scroller.value?.removeEventListener('scroll', read)
    observer?.disconnect()
  })

  const items = computed(() => {
    const height = o.height()
    const first = Math.max(0, Math.floor(offset.value / height) - spare)
    const last = Math.min(o.count() - 1, Math.ceil((offset.value + seen.value) / height) + spare)
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => ({ index: first + i, start: (first + i) * height }))
  })
  const size = computed(() => o.count() * o.height())

  /** scrollTo brings a row into sight with as little movement as it takes, or to the top. */
  function scrollTo(index: number, align: 'near' | 'start' = 'near') {
    const el = scroller.value
    if (!el) return
    const from = index * o.height()
    const room = el.clientHeight - top() - bottom()
    if (align === 'start' || from < el.scrollTop) el.scrollTop = from
    else if (from + o.height() > el.scrollTop + room) el.scrollTop = from + o.height() - room
    read()
  }
  function toTop() {
    if (scroller.value) scroller.value.scrollTop = 0
    read()
  }
  return { items, size, scrollTo, toTop }
}
