// What a field's value looks like to people, to the hub and to a comparison.
import type { Field, Money, Phone, RefValue, UserValue, Value, Values } from '@/api/types'
import { formatMoney } from '@/lib/money'
import { prettyNumber } from '@/lib/phone'
import { dateTimeOf } from '@/lib/time'

export function isEmpty(value: Value): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}

/** toWrite is the form of a value the hub takes: references by id, phones without what it added itself. */
export function toWrite(field: Field, value: Value): unknown {
  if (isEmpty(value)) return null
  switch (field.type) {
    case 'ref':
    case 'user':
      return typeof value === 'object' ? (value as RefValue | UserValue).id : value
    case 'phones': {
      const rows = (value as Phone[]).filter((p) => p.number.trim()).map(({ label, number }) => ({ label, number: number.trim() }))
      return rows.length ? rows : null
    }
    case 'money': {
      const { minor, currency } = value as Money
      return { minor, currency }
    }
    case 'text':
    case 'email':
    case 'url':
      return String(value).trim() || null
    default:
      return value
  }
}

export function sameValue(field: Field, a: Value, b: Value): boolean {
  return JSON.stringify(toWrite(field, a)) === JSON.stringify(toWrite(field, b))
}

/** changes lists what differs between two states of a record, in the hub's form. */
export function changes(fields: Field[], before: Values, after: Values): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const field of fields) {
    if (field.readOnly || sameValue(field, before[field.key], after[field.key])) continue
    out[field.key] = toWrite(field, after[field.key])
  }
  return out
}

/** plainText is one line of text for titles, cards and copied cells. */
export function plainText(field: Field | undefined, value: Value): string {
  if (!field || isEmpty(value)) return ''
  switch (field.type) {
    case 'money':
      return formatMoney(value as Money)
    case 'datetime':
      return dateTimeOf(value as number)
    case 'select':
      return optionOf(field, value)?.label ?? String(value)
    case 'phones':
      return (value as Phone[]).map((p) => p.display || prettyNumber(p.number)).join(', ')
    case 'ref':
      return (value as RefValue).label
    case 'user':
      return (value as UserValue).name
    case 'bool':
      return value ? '✓' : ''
    default:
      return String(value)
  }
}

export function optionOf(field: Field, value: Value) {
  return field.options?.find((o) => o.id === value)
}
