import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

/** useElementSize is how wide an element is, in pixels. */
export function useElementSize(el: Readonly<Ref<HTMLElement | null>>) {
  const width = ref(600)
  let watcher: ResizeObserver | undefined
  onMounted(() => {
    if (!el.value) return
    watcher = new ResizeObserver(([e]) => e && (width.value = e.contentRect.width))
    watcher.observe(el.value)
  })
  onBeforeUnmount(() => watcher?.disconnect())
  return { width }
}
