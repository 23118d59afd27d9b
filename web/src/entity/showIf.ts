import type { Field, Filter, Value, Values } from '@/api/types'
import { isEmpty, toWrite } from './fields/values'

/**
 * holds tells whether a record being typed fulfils a condition of the definitions
 * (Field.showIf). The hub decides again; what a form can't judge (records related,
 * relative days) counts as fulfilled, so that nothing is hidden by mistake.
 */
export function holds(condition: Filter | undefined, fields: Field[], values: Values): boolean {
  if (!condition) return true
  if (condition.and) return condition.and.every((c) => holds(c, fields, values))
  if (condition.or) return condition.or.some((c) => holds(c, fields, values))
  const field = fields.find((f) => f.key === condition.field)
  if (!field || !condition.op) return true
  return compare(condition.op, plain(field, values[field.key]), condition.value)
}

/** What is compared: ids of references, minor units of money, numbers as numbers. */
function plain(field: Field, value: Value): unknown {
  if (isEmpty(value)) return null
  if (field.type === 'money') return (value as { minor: number }).minor
  if (field.type === 'decimal' || field.type === 'percent') return Number(value)
  return toWrite(field, value)
}

function compare(op: string, value: unknown, wanted: unknown): boolean {
  const same = (a: unknown, b: unknown) => (Array.isArray(a) ? a.includes(b) : String(a) === String(b))
  const list = Array.isArray(wanted) ? wanted : [wanted]
  switch (op) {
    case 'empty':
      return value === null || value === false
    case 'notEmpty':
      return value !== null && value !== false
    case 'eq':
      return typeof wanted === 'boolean' ? !!value === wanted : value !== null && same(value, wanted)
    case 'ne':
      return typeof wanted === 'boolean' ? !!value !== wanted : value === null || !same(value, wanted)
    case 'in':
      return value !== null && list.some((w) => same(value, w))
    case 'notIn':
      return value === null || !list.some((w) => same(value, w))
    case 'contains':
      return value !== null && (Array.isArray(value) ? value.includes(wanted) : String(value).toLowerCase().includes(String(wanted).toLowerCase()))
    case 'startsWith':
      return value !== null && String(value).toLowerCase().startsWith(String(wanted).toLowerCase())
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return value !== null && order(op, value, wanted)
    default:
      return true
  }
}

function order(op: 'lt' | 'le' | 'gt' | 'ge', a: unknown, b: unknown): boolean {
  const wanted = b && typeof b === 'object' && 'minor' in b ? b.minor : b
  const [x, y] = typeof a === 'number' ? [a, Number(wanted)] : [String(a), String(wanted)]
  if (op === 'lt') return x < y
  if (op === 'le') return x <= y
  return op === 'gt' ? x > y : x >= y
}
