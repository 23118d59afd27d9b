import type { Field, Rec, Values } from '@/api/types'
import { sameValue } from './fields/values'

export interface Difference {
  field: Field
  mine: Values[string]
  theirs: Values[string]
}

/**
 * merge joins two edits of one record. Fields only I changed stay mine, fields
 * only they changed become theirs, and where both changed to different values
 * a person decides.
 */
export function merge(fields: Field[], base: Values, mine: Values, current: Rec): { values: Values; conflicts: Difference[] } {
  const values: Values = { ...current.values }
  const conflicts: Difference[] = []
  for (const field of fields) {
    const { key } = field
    if (field.readOnly || sameValue(field, base[key], mine[key])) continue
    values[key] = mine[key]
    const theyChanged = !sameValue(field, base[key], current.values[key])
    if (theyChanged && !sameValue(field, mine[key], current.values[key])) conflicts.push({ field, mine: mine[key], theirs: current.values[key] })
  }
  return { values, conflicts }
}
