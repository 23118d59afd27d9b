import Sortable from 'sortablejs'
import { onBeforeUnmount, watch, type Ref } from 'vue'

/** useSortable lets the children of a list be dragged by their .grip; moved gets where from and to. */
export function useSortable(list: Ref<HTMLElement | undefined>, moved: (from: number, to: number) => void): void {
  let sortable: Sortable | undefined
  watch(list, (el) => {
    sortable?.destroy()
    sortable = el && Sortable.create(el, { handle: '.grip', animation: 120, onEnd: (e) => {
      if (e.oldIndex === undefined || e.newIndex === undefined || e.oldIndex === e.newIndex) return
      putBack(e)
      moved(e.oldIndex, e.newIndex)
    } })
  }, { flush: 'post', immediate: true })
  onBeforeUnmount(() => sortable?.destroy())
}

/** The list is drawn from data: what was dragged goes back, then the data change. */
export function putBack(e: { item: HTMLElement; from: HTMLElement; oldIndex?: number }): void {
  e.item.remove()
  e.from.insertBefore(e.item, e.from.children[e.oldIndex ?? 0] ?? null)
}

export function move<T>(list: T[], from: number, to: number): void {
  if (to < 0 || to >= list.length) return
  list.splice(to, 0, ...list.splice(from, 1))
}
