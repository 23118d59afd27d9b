import { onBeforeUnmount, onMounted, watch, type Ref } from 'vue'

/**
 * useModal drives a component's native <dialog>: the browser
 * traps focus, gives it back afterwards and makes the rest inert. Escape and a
 * click on the backdrop ask for close; the owner decides.
 */
export function useModal(dialog: Ref<HTMLDialogElement | undefined>, open: () => boolean, close: () => void): void {
  function sync() {
    const el = dialog.value
    if (!el) return
    if (open() && !el.open) el.showModal()
    else if (!open() && el.open) el.close()
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
    sync()
  })
  watch(open, sync, { flush: 'post' })
  onBeforeUnmount(() => dialog.value?.open && dialog.value.close())
}
