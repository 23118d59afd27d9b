// What a field's value looks like to people, to the hub and to a comparison.
import type { Entity, Field, FileValue, Line, Money, Phone, RefValue, Rec, RegionValue, UserValue, Value, Values } from '@/api/types'
import { grouped, shortDecimal } from '@/lib/decimal'
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
    case 'dept':
      return typeof value === 'object' ? (value as RefValue | UserValue).id : value
    case 'phones': {
      const rows = (value as Phone[]).filter((p) => p.number.trim()).map(({ label, number }) => ({ label, number: number.trim() }))
      return rows.length ? rows : null
    }
    case 'money': {
      const { minor, currency } = value as Money
      return { minor, currency }
    }
    case 'refs':
    case 'file':
    case 'image':
      return (value as { id: string }[]).map((x) => x.id)
    case 'region': {
      const { code, country, province, city, text, name } = value as RegionValue
      if (code) return code
      return { country: country ?? '', province: province ?? '', city: city ?? '', text: text ?? name }
    }
    case 'lines':
      return writeLines(field, value as Line[])
    case 'text':
    case 'email':
    case 'url':
    case 'im':
      return String(value).trim() || null
    default:
      return value
  }
}

/** Lines without a single value are not sent: the empty one at the end is there to type into. */
function writeLines(field: Field, lines: Line[]): unknown {
  const own = (field.lines?.fields ?? []).filter((f) => !f.readOnly && f.type !== 'formula')
  const out = lines
    .map((line) => ({ id: line.id, values: Object.fromEntries(own.map((f) => [f.key, toWrite(f, line.values[f.key])])) }))
    .filter((line) => Object.entries(line.values).some(([key, v]) => v !== null && v !== toWrite(own.find((f) => f.key === key)!, own.find((f) => f.key === key)?.default ?? null)))
    .map((line) => (line.id ? line : { values: line.values }))
  return out.length ? out : null
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
      return formatMoney(value as Money, field.decimals)
    case 'datetime':
      return dateTimeOf(value as number)
    case 'select':
      return optionOf(field, value)?.label ?? String(value)
    case 'multiselect':
      return (value as string[]).map((id) => optionOf(field, id)?.label ?? id).join('、')
    case 'decimal':
      return grouped(shortDecimal(String(value)))
    case 'percent':
      return grouped(shortDecimal(String(value))) + '%'
    case 'rating':
      return '★'.repeat(Number(value))
    case 'refs':
      return (value as RefValue[]).map((r) => r.label).join('、')
    case 'dept':
    case 'region':
      return (value as UserValue | RegionValue).name
    case 'file':
    case 'image':
      return (value as FileValue[]).map((f) => f.name).join(', ')
    case 'lines':
      return String((value as Line[]).length)
    case 'formula':
      return plainText({ ...field, type: field.result ?? 'text' }, value)
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

/** filesOf are all files of a record, of whatever field. */
export function filesOf(entity: Entity, record: Rec): unknown[] {
  return entity.fields.filter((f) => f.type === 'file' || f.type === 'image').flatMap((f) => (record.values[f.key] as unknown[] | null | undefined) ?? [])
}
