import { describe, expect, test } from 'vitest'
import type { Field, Filter, Values } from '@/api/types'
import { holds } from './showIf'

const fields: Field[] = [
  { key: 'kind', type: 'select', label: '' }, { key: 'tags', type: 'multiselect', label: '' }, { key: 'customer', type: 'ref', label: '' },
  { key: 'amount', type: 'money', label: '' }, { key: 'qty', type: 'decimal', label: '' }, { key: 'vip', type: 'bool', label: '' }, { key: 'name', type: 'text', label: '' },
]
const values: Values = {
  kind: 'person', tags: ['a', 'b'], customer: { id: '7', label: 'x', entity: 'customer' }, amount: { minor: 10_000, currency: 'CNY' }, qty: '9.50', vip: null, name: '王志强',
}

describe('showIf', () => {
  test.each<[Filter, boolean]>([
    [{ field: 'kind', op: 'eq', value: 'person' }, true],
    [{ field: 'kind', op: 'ne', value: 'person' }, false],
    [{ field: 'kind', op: 'in', value: ['company', 'person'] }, true],
    [{ field: 'tags', op: 'eq', value: 'b' }, true],
    [{ field: 'tags', op: 'notIn', value: ['c'] }, true],
    [{ field: 'customer', op: 'eq', value: '7' }, true],
    [{ field: 'amount', op: 'ge', value: { minor: 10_000, currency: 'CNY' } }, true],
    [{ field: 'qty', op: 'lt', value: '10' }, true],
    [{ field: 'vip', op: 'eq', value: false }, true],
    [{ field: 'vip', op: 'notEmpty' }, false],
    [{ field: 'name', op: 'startsWith', value: '王' }, true],
    [{ and: [{ field: 'kind', op: 'eq', value: 'person' }, { or: [{ field: 'vip', op: 'eq', value: true }, { field: 'name', op: 'contains', value: '志' }] }] }, true],
    [{ field: 'gone', op: 'eq', value: 1 }, true],
  ])('%j is %s', (condition, want) => {
    expect(holds(condition, fields, values)).toBe(want)
  })
  test('no condition shows', () => expect(holds(undefined, fields, values)).toBe(true))
})
