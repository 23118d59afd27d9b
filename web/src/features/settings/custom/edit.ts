// Editing something several administrators may be at: what one has typed is never lost
// to what another saves, and never overwrites it unasked.
import { computed, ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { onBeforeRouteLeave, onBeforeRouteUpdate } from 'vue-router'
import { ApiError } from '@/api/client'
import { useSending } from '@/api/sending'
import { ask } from '@/ui/confirm'
import { toast } from '@/ui/toast'
import { refresh } from './api'

export interface Source<T> {
  value: T
  /** Of the definitions it was read from. */
  rev: number
}

/** useEdit keeps a draft of source. While nothing is typed it follows what others save. */
export function useEdit<T>(source: () => Source<T> | undefined) {
  const { t } = useI18n()
  const draft = ref<T>() as Ref<T | undefined>
  const clean = ref('')
  const rev = ref(0)
  const conflict = ref('')
  const sending = useSending()
  const dirty = computed(() => draft.value !== undefined && JSON.stringify(draft.value) !== clean.value)

  function adopt(from: Source<T>) {
    clean.value = JSON.stringify(from.value)
    draft.value = JSON.parse(clean.value) as T
    rev.value = from.rev
    conflict.value = ''
  }
  function follow(from: Source<T> | undefined) {
    if (!from) return
    if (!dirty.value || JSON.stringify(from.value) === JSON.stringify(draft.value)) adopt(from)
  }
  watch(source, follow, { immediate: true })

  /** Back to what is saved now, whoever saved it. */
  function undo() {
    sending.clear()
    const now = source()
    if (now) adopt(now)
  }
  /** write gets the number the draft was made on top of; with over it overwrites what others did meanwhile. */
  async function save(write: (rev: number | undefined) => Promise<unknown>, said: string, over = false): Promise<boolean> {
    const ok = await sending.send(async () => {
      try {
        await write(over ? undefined : rev.value)
      } catch (err) {
        if (!(err instanceof ApiError) || err.status !== 409) throw err
        conflict.value = err.message
        await refresh()
        return
      }
      conflict.value = ''
      clean.value = JSON.stringify(draft.value) // what comes back is taken over, in the hub's words
      await refresh()
      follow(source())
      toast(said)
    })
    return ok && !conflict.value
  }
  async function mayLeave() {
    if (!dirty.value) return true
    const yes = await ask({ title: t('custom.leave.title'), text: t('custom.leave.text'), yes: t('custom.leave.yes'), no: t('custom.leave.no'), danger: true })
    if (yes) undo()
    return yes
  }
  onBeforeRouteLeave(mayLeave)
  onBeforeRouteUpdate(mayLeave)
  return { draft, dirty, conflict, sending, undo, save, mayLeave }
}
export type Edit = Pick<ReturnType<typeof useEdit>, 'dirty' | 'conflict' | 'sending' | 'undo'>
