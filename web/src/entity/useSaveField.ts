import { ref } from 'vue'
import { ApiError, messageOf } from '@/api/client'
import type { Field, Hit, Rec, Value } from '@/api/types'
import { sameValue, toWrite } from './fields/values'
import { joined, type Difference, type Side } from './merge'
import { records } from './records'
import { useRecord } from './useRecord'

/**
 * useSaveField writes one field of a record in place. Somebody else's change to another
 * field is taken over silently; one to the same field is shown, and a person decides.
 */
export function useSaveField(field: () => Field, record: () => Rec, done: () => void) {
  const { put } = useRecord(() => record().entity, () => '')
  const busy = ref(false)
  const error = ref('')
  const conflict = ref<{ current: Rec; conflicts: Difference[] } | null>(null)
  const doubled = ref<Hit[] | null>(null)
  let value: Value

  async function send(rev: number, reason = ''): Promise<void> {
    const { entity, id } = record()
    try {
      put(await records.update(entity, id, rev, { [field().key]: toWrite(field(), value) }, { check: reason ? { reason } : {} }))
      doubled.value = null
      done()
    } catch (err) {
      await fail(err)
    }
  }
  async function fail(err: unknown): Promise<void> {
    const data = err instanceof ApiError ? (err.data as { current?: Rec; hits?: Hit[] } | undefined) : undefined
    if (data?.hits?.length) {
      doubled.value = data.hits
      return
    }
    const current = data?.current
    if (!current) {
      error.value = messageOf(err)
      return
    }
    const { key } = field()
    const [base, theirs] = [record().values[key], current.values[key]]
    if (sameValue(field(), base, theirs) || sameValue(field(), value, theirs)) return send(current.rev)
    conflict.value = { current, conflicts: [{ field: field(), mine: value, theirs, both: joined(field(), base, value, theirs) }] }
  }
  async function run(write: () => Promise<void>) {
    if (busy.value) return
    busy.value = true
    error.value = ''
    await write()
    busy.value = false
  }

  async function save(next: Value) {
    value = next
    if (sameValue(field(), record().values[field().key], next)) return done()
    await run(() => send(record().rev))
  }
  async function decide(choice: Record<string, Side>) {
    const now = conflict.value
    conflict.value = null
    if (!now) return
    value = now.conflicts[0]![choice[field().key] ?? 'mine']
    await run(() => send(now.current.rev))
  }
  /** Saves although the value stands elsewhere. */
  const insist = (reason: string) => run(() => send(record().rev, reason))
  return { busy, error, conflict, doubled, save, decide, insist }
}
