import { computed, ref, shallowRef, type ComputedRef, type Ref } from 'vue'
import { ApiError, messageOf } from './client'

export interface Sending {
  busy: Ref<boolean>
  /** What went wrong and stands at no field of the form. */
  failure: ComputedRef<string>
  /** What is wrong with one field, or '' */
  fault: (field: string) => string
  /** Runs fn unless one is under way, and tells whether it went well; what it throws is kept to be shown. */
  send: (fn: () => Promise<unknown>) => Promise<boolean>
  clear: () => void
}

/** faultsOf lists what the hub found wrong, by field. */
export function faultsOf(err: unknown): Record<string, string> {
  if (!(err instanceof ApiError)) return {}
  const fields = err.body.fields ?? (err.body.field ? [{ field: err.body.field, message: err.message }] : [])
  return Object.fromEntries(fields.map((f) => [f.field, f.message]))
}

/** useSending is what a form needs while it is sent. `fields` are those that show their faults themselves. */
export function useSending(...fields: string[]): Sending {
  const busy = ref(false)
  const error = shallowRef<unknown>(null)
  const faults = computed(() => faultsOf(error.value))
  const failure = computed(() => (error.value && !fields.some((f) => faults.value[f]) ? messageOf(error.value) : ''))
  async function send(fn: () => Promise<unknown>) {
    if (busy.value) return false
    busy.value = true
    error.value = null
    try {
      await fn()
      return true
    } catch (err) {
      error.value = err
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, failure, fault: (field) => faults.value[field] ?? '', send, clear: () => (error.value = null) }
}
