import type { Field, Option } from '@/api/types'

/** offered are the choices of a field: those that are not retired, and the chosen ones whatever they are. */
export function offered(field: Field, chosen: readonly string[]): Option[] {
  return (field.options ?? []).filter((o) => !o.retired || chosen.includes(o.id))
}
