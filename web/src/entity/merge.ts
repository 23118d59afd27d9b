import type { Field, Line, Phone, Rec, Value, Values } from '@/api/types'
import { isEmpty, sameValue } from './fields/values'

export interface Difference {
  field: Field
  mine: Values[string]
  theirs: Values[string]
  /** Both edits joined, where a value has room for both. */
  both?: Values[string]
}
export type Side = 'mine' | 'theirs' | 'both'

/**
 * merge joins two edits of one record. Fields only I changed stay mine, fields
 * only they changed become theirs, and where both changed to different values
 * a person decides.
 */
export function merge(fields: Field[], base: Values, mine: Values, current: Rec): { values: Values; conflicts: Difference[]; quiet: number } {
  const values: Values = { ...current.values }
  const conflicts: Difference[] = []
  let quiet = 0
  for (const field of fields) {
    const { key } = field
    if (field.readOnly || sameValue(field, base[key], mine[key])) continue
    values[key] = mine[key]
    const theyChanged = !sameValue(field, base[key], current.values[key])
    if (!theyChanged) quiet++
    else if (!sameValue(field, mine[key], current.values[key]))
      conflicts.push({ field, mine: mine[key], theirs: current.values[key], both: joined(field, base[key], mine[key], current.values[key]) })
  }
  return { values, conflicts, quiet }
}

/** joined keeps what each side added and drops what either took away; undefined where only one value can stand. */
export function joined(field: Field, base: Value, mine: Value, theirs: Value): Value {
  if (isEmpty(mine) || isEmpty(theirs)) return undefined
  switch (field.type) {
    case 'longtext':
      return joinText(String(base ?? ''), String(mine), String(theirs))
    case 'multiselect':
      return joinLists(base, mine, theirs, (x: string) => x)
    case 'phones':
      return joinLists(base, mine, theirs, (p: Phone) => p.number.replace(/\D/g, ''))
    case 'refs':
    case 'file':
    case 'image':
      return joinLists(base, mine, theirs, (x: { id: string }) => x.id)
    case 'lines':
      return joinLines(base, mine as Line[], theirs as Line[])
    default:
      return undefined
  }
}

function joinText(base: string, mine: string, theirs: string): string {
  // Both only wrote on: their words first, for they were first.
  if (base && mine.startsWith(base) && theirs.startsWith(base)) return theirs + mine.slice(base.length)
  return theirs + '\n' + mine
}

function joinLists<T>(base: Value, mine: Value, theirs: Value, keyOf: (x: T) => string): Value {
  const list = (v: Value) => (Array.isArray(v) ? (v as T[]) : [])
  const keys = (v: Value) => new Set(list(v).map(keyOf))
  const [before, here, there] = [keys(base), keys(mine), keys(theirs)]
  const out = list(theirs).filter((x) => here.has(keyOf(x)) || !before.has(keyOf(x)))
  for (const x of list(mine)) if (!there.has(keyOf(x)) && !before.has(keyOf(x))) out.push(x)
  return out as Value
}

/** Lines are known by their ids: new ones of both stay, and of one both wrote in, mine. */
function joinLines(base: Value, mine: Line[], theirs: Line[]): Line[] {
  const before = new Map(((base as Line[] | null) ?? []).map((l) => [l.id, JSON.stringify(l.values)]))
  const here = new Map(mine.filter((l) => l.id).map((l) => [l.id, l]))
  const out = theirs
    .filter((l) => here.has(l.id) || !before.has(l.id))
    .map((l) => {
      const own = here.get(l.id)
      return own && JSON.stringify(own.values) !== before.get(l.id) ? own : l
    })
  return [...out, ...mine.filter((l) => !l.id)]
}
