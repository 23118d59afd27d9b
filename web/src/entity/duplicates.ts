import { computed, onScopeDispose, ref, watch } from 'vue'
import type { Entity, Hit, Values } from '@/api/types'
import { isEmpty, toWrite } from './fields/values'
import { records } from './records'

const checked = new Set(['phones', 'email'])

/**
 * useDuplicates asks, while somebody types, who else has this name, number or
 * address. It only tells; the hub decides on saving what may stand twice.
 */
export function useDuplicates(entity: () => Entity, id: () => string | undefined, values: Values) {
  const found = ref<Hit[]>([])
  const fields = computed(() => (entity().party ? entity().fields.filter((f) => !f.readOnly && (checked.has(f.type) || f.key === entity().title)) : []))
  let timer: ReturnType<typeof setTimeout> | undefined
  let abort = new AbortController()

  async function check() {
    abort.abort()
    abort = new AbortController()
    const sent: Record<string, unknown> = {}
    for (const f of fields.value) {
      const v = toWrite(f, values[f.key])
      // One character of a name or a few digits match half the office.
      if (f.type === 'phones') {
        const long = ((v ?? []) as { number: string }[]).filter((p) => p.number.replace(/\D/g, '').length >= 7)
        if (long.length) sent[f.key] = long
      } else if (typeof v === 'string' && v.length >= 2) sent[f.key] = v
    }
    if (!Object.keys(sent).length) {
      found.value = []
      return
    }
    // A hint that fails to come must not disturb the typing.
    const answer = await records.duplicates(entity().name, id(), sent, abort.signal).catch(() => null)
    if (answer) found.value = answer.hits
  }
  watch(
    () => JSON.stringify(fields.value.map((f) => (isEmpty(values[f.key]) ? null : values[f.key]))),
    () => {
      clearTimeout(timer)
      timer = setTimeout(() => void check(), 450)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    abort.abort()
  })

  /** Hits by the key of the field they are about; those of other entities' fields stand at the first one. */
  const hits = computed(() => {
    const out: Record<string, Hit[]> = {}
    for (const hit of found.value) {
      const key = fields.value.some((f) => f.key === hit.field) ? hit.field : (fields.value[0]?.key ?? '')
      ;(out[key] ??= []).push(hit)
    }
    return out
  })
  return { hits }
}
