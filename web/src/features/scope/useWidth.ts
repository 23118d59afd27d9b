import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

/** useWidth follows the width of an element in CSS pixels. */
export function useWidth(el: Readonly<Ref<HTMLElement | null>>): Ref<number> {
  const width = ref(600)
  let observer: ResizeObserver | undefined
  onMounted(() => {
    if (!el.value) return
    observer = new ResizeObserver(([entry]) => entry && (width.value = Math.max(1, entry.contentRect.width)))
    observer.observe(el.value)
  })
  onBeforeUnmount(() => observer?.disconnect())
  return width
}
