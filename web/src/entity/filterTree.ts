// A filter as its builder has it, and the way to and from the hub's form.
import type { Field, Filter, FilterOp } from '@/api/types'

export interface Condition {
  kind: 'field'
  field: string
  op: FilterOp
  value?: unknown
}
export interface Group {
  kind: 'group'
  any: boolean
  items: Node[]
}
/** A record of entity that refers here by field, and what it must be like; none turns it round. */
export interface Related {
  kind: 'related'
  entity: string
  field: string
  none: boolean
  group: Group
}
export type Node = Condition | Group | Related

/** A day that moves with the calendar, the user himself, or another field of the record. */
export interface Relative {
  rel: string
  n?: number
}
export const isRelative = (v: unknown): v is Relative => !!v && typeof v === 'object' && typeof (v as Relative).rel === 'string'
export const otherField = (v: unknown): string | undefined => (v && typeof v === 'object' && typeof (v as { field?: unknown }).field === 'string' && !('id' in v) ? (v as { field: string }).field : undefined)

export const spans = ['today', 'yesterday', 'tomorrow', 'thisWeek', 'lastWeek', 'nextWeek', 'thisMonth', 'lastMonth', 'nextMonth', 'thisQuarter', 'thisYear', 'lastYear'] as const

export const emptyGroup = (any = false): Group => ({ kind: 'group', any, items: [] })

/** The editors there are to a condition's value. */
export type Editor = 'options' | 'days' | 'field' | 'pair' | 'none'

const asked: Record<string, FilterOp[]> = {
  text: ['contains', 'startsWith', 'eq', 'ne', 'empty', 'notEmpty'],
  number: ['ge', 'le', 'between', 'eq', 'ne', 'gt', 'lt', 'empty', 'notEmpty'],
  day: ['eq', 'between', 'lt', 'le', 'gt', 'ge', 'empty', 'notEmpty'],
  choice: ['in', 'notIn', 'empty', 'notEmpty'],
  one: ['eq', 'ne', 'empty', 'notEmpty'],
  bool: ['eq'],
}
const families: Record<string, keyof typeof asked> = {
  text: 'text', longtext: 'text', email: 'text', url: 'text', phones: 'text', im: 'text', serial: 'text',
  int: 'number', number: 'number', decimal: 'number', percent: 'number', money: 'number', rating: 'number',
  date: 'day', datetime: 'day', select: 'choice', multiselect: 'choice', user: 'choice', dept: 'choice',
  ref: 'one', refs: 'one', region: 'one', bool: 'bool', file: 'one', image: 'one', lines: 'one',
}
const follows: Partial<Record<FilterOp, FilterOp>> = { notIn: 'in', between: 'ge', startsWith: 'contains' }

export function familyOf(field: Field): keyof typeof asked {
  return families[field.type === 'formula' ? (field.result ?? 'text') : field.type] ?? 'text'
}

/** opsOf lists what can be asked of a field, the usual first; none where the hub cannot filter by it. */
export function opsOf(field: Field): FilterOp[] {
  const known = field.ops
  return (asked[familyOf(field)] ?? []).filter((op) => !known || known.includes(op) || (!!follows[op] && known.includes(follows[op] as FilterOp)))
}

export function editorOf(field: Field, op: FilterOp, value: unknown): Editor | 'value' {
  if (op === 'empty' || op === 'notEmpty') return 'none'
  if (otherField(value) !== undefined) return 'field'
  if (op === 'between') return 'pair'
  const family = familyOf(field)
  if (family === 'choice') return 'options'
  return family === 'day' ? 'days' : 'value'
}

/** startValue is what a condition just chosen holds. */
export function startValue(field: Field, op: FilterOp): unknown {
  if (op === 'between') return [null, null]
  if (op === 'in' || op === 'notIn') return []
  if (familyOf(field) === 'day' && op !== 'empty' && op !== 'notEmpty') return { rel: op === 'eq' ? 'thisMonth' : 'today' }
  return field.type === 'bool' ? true : null
}

/** toFilter gives the hub's form; undefined when nothing is asked. Unfinished conditions are left out. */
export function toFilter(group: Group): Filter | undefined {
  const items = group.items.flatMap((item) => nodeFilter(item) ?? [])
  if (!items.length) return undefined
  if (items.length === 1) return items[0]
  return group.any ? { or: items } : { and: items }
}
function nodeFilter(node: Node): Filter | undefined {
  if (node.kind === 'group') return toFilter(node)
  if (node.kind === 'related') {
    const filter = toFilter(node.group)
    return { related: { entity: node.entity, field: node.field, ...(filter ? { filter } : {}), ...(node.none ? { none: true } : {}) } }
  }
  if (node.op === 'empty' || node.op === 'notEmpty') return { field: node.field, op: node.op }
  if (!complete(node)) return undefined
  return { field: node.field, op: node.op, value: node.value }
}

/** complete is false while a condition still waits for its value. */
export function complete(c: Condition): boolean {
  if (c.op === 'empty' || c.op === 'notEmpty') return true
  if (c.op === 'between') return Array.isArray(c.value) && c.value.some((v) => v !== null && v !== undefined && v !== '')
  if (Array.isArray(c.value)) return c.value.length > 0
  return c.value !== null && c.value !== undefined && c.value !== ''
}

/** fromFilter reads the hub's form; the outermost is always a group. */
export function fromFilter(filter: Filter | undefined): Group {
  if (!filter) return emptyGroup()
  const node = nodeOf(filter)
  return node.kind === 'group' ? node : { kind: 'group', any: false, items: [node] }
}
function nodeOf(filter: Filter): Node {
  if (filter.related) {
    const { entity, field, none } = filter.related
    return { kind: 'related', entity, field, none: !!none, group: fromFilter(filter.related.filter) }
  }
  if (filter.and || filter.or) return { kind: 'group', any: !!filter.or, items: (filter.or ?? filter.and ?? []).map(nodeOf) }
  return { kind: 'field', field: filter.field ?? '', op: filter.op ?? 'eq', value: filter.value }
}

export function countConditions(group: Group): number {
  return group.items.reduce((n, item) => n + (item.kind === 'field' ? 1 : item.kind === 'group' ? countConditions(item) : Math.max(1, countConditions(item.group))), 0)
}
