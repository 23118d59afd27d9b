import { onBeforeUnmount, onMounted, watch, type Ref } from 'vue'

/**
 * useModal drives a component's native <dialog>: the browser
 * traps focus, gives it back afterwards and makes the rest inert. Escape and a
 * click on the backdrop ask for close; the owner decides.
 *
 * With `below` the dialog stays out of the browser's top layer, which would
 * cover the lists and calendars of editors that hang at the end of the page;
 * focus is then kept inside by hand.
 */
export function useModal(dialog: Ref<HTMLDialogElement | undefined>, open: () => boolean, close: () => void, below = false): void {
  let before: Element | null = null
  function sync() {
    const el = dialog.value
    if (!el) return
    if (open() && !el.open) {
      before = document.activeElement
      if (below) el.show()
      else el.showModal()
    } else if (!open() && el.open) el.close()
  }
  function onKey(e: KeyboardEvent) {
    const el = dialog.value
    if (!el?.open || e.isComposing) return
    if (e.key === 'Escape' && !e.defaultPrevented) return close()
    if (e.key !== 'Tab') return
    const stops = [...el.querySelectorAll<HTMLElement>('button, input, select, textarea, a[href], [tabindex="0"]')].filter((x) => !x.hasAttribute('disabled') && x.offsetParent)
    const end = e.shiftKey ? stops[0] : stops[stops.length - 1]
    if (document.activeElement !== end && el.contains(document.activeElement)) return
    e.preventDefault()
    ;(e.shiftKey ? stops[stops.length - 1] : stops[0])?.focus()
  }
  function onCancel(e: Event) {
    e.preventDefault()
    close()
  }
  // A press that began inside (selecting text) and ended outside is no dismissal.
  function onPress(e: MouseEvent) {
    if (e.target === dialog.value) close()
  }
  onMounted(() => {
    dialog.value?.addEventListener('cancel', onCancel)
    dialog.value?.addEventListener('mousedown', onPress)
    if (below) addEventListener('keydown', onKey)
    sync()
  })
  watch(open, sync, { flush: 'post' })
  onBeforeUnmount(() => {
    removeEventListener('keydown', onKey)
    if (!dialog.value?.open) return
    dialog.value.close()
    if (below && before instanceof HTMLElement) before.focus()
  })
}
