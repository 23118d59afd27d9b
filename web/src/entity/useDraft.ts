import { onScopeDispose, ref, watch } from 'vue'
import type { Values } from '@/api/types'
import { dropDraft, dropOnHub, hubDraft, keepOnHub, loadDraft, saveDraft, type Draft } from './draft'

interface Form {
  key: string
  values: Values
  /** What differs from the record, as it is typed. */
  differing: () => Values
  rev: () => number
  /** Puts a draft into the form; false when it holds nothing new. */
  restore: (draft: Draft) => boolean
  /** Somebody has typed since the form opened. */
  touched: () => boolean
}

const localDelay = 300
const hubDelay = 2000

/**
 * useDraft keeps what a form holds: here after a third of a second, on the hub after
 * two. A draft left before comes back at once from here; a newer one on the hub comes
 * as soon as it is there, unless the user has begun to type.
 */
export function useDraft(form: Form) {
  const restored = ref(0)
  const elsewhere = ref(false)
  /** '' nothing kept yet, 'hub' kept, 'local' the hub could not be reached. */
  const kept = ref<'' | 'local' | 'hub'>('')
  let onHub = false
  let localTimer: ReturnType<typeof setTimeout> | undefined
  let hubTimer: ReturnType<typeof setTimeout> | undefined

  const mine = loadDraft(form.key)
  if (mine && form.restore(mine)) {
    restored.value = mine.at
    onHub = true // most likely; dropping one that isn't there costs nothing
  }
  const asked = hubDraft(form.key).then((theirs) => {
    if (!theirs) return
    onHub = true
    if ((mine && theirs.at <= mine.at) || form.touched() || !form.restore(theirs)) return
    restored.value = theirs.at
    elsewhere.value = true
  })

  watch(
    form.values,
    () => {
      clearTimeout(localTimer)
      localTimer = setTimeout(keep, localDelay)
    },
    { deep: true },
  )
  function keep() {
    clearTimeout(localTimer)
    const values = form.differing()
    if (!Object.keys(values).length) return drop()
    const draft = { at: Date.now(), rev: form.rev(), values }
    saveDraft(form.key, draft.rev, draft.values)
    clearTimeout(hubTimer)
    hubTimer = setTimeout(async () => {
      onHub = true
      kept.value = (await keepOnHub(form.key, draft)) ? 'hub' : 'local'
    }, hubDelay)
  }
  function drop() {
    clearTimeout(localTimer)
    clearTimeout(hubTimer)
    dropDraft(form.key)
    kept.value = ''
    restored.value = 0
    elsewhere.value = false
    if (onHub) void dropOnHub(form.key)
    onHub = false
  }
  /** stop ends the keeping without touching what is kept. */
  function stop() {
    clearTimeout(localTimer)
    clearTimeout(hubTimer)
  }
  onScopeDispose(stop)
  return { restored, elsewhere, kept, keep, drop, stop, asked }
}
