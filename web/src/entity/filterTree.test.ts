import { describe, expect, test } from 'vitest'
import type { Field, Filter } from '@/api/types'
import { countConditions, fromFilter, opsOf, toFilter } from './filterTree'
import { conditionsIn, parseFilter } from './listFilter'

// QRY-06's own words, and QRY-01's.
const custom: Filter = { and: [{ field: 'region', op: 'eq', value: '44' }, { or: [{ field: 'level', op: 'in', value: ['a'] }, { field: 'amount', op: 'gt', value: { minor: 5000000, currency: 'CNY' } }] }] }
const related: Filter = {
  and: [
    { field: 'level', op: 'in', value: ['a'] },
    { related: { entity: 'contact', field: 'customer', filter: { field: 'title', op: 'contains', value: '经理' } } },
    { related: { entity: 'activity', field: 'customer', none: true, filter: { or: [{ field: 'text', op: 'contains', value: '样品' }, { field: 'at', op: 'eq', value: { rel: 'days', n: -30 } }] } } },
  ],
}

describe('filter tree', () => {
  test.each([['custom', custom], ['related', related]])('QRY-06 %s goes into the builder and comes back the same', (_name, filter) => {
    expect(toFilter(fromFilter(filter))).toEqual(filter)
    expect(parseFilter(JSON.stringify(filter))).toEqual(filter)
  })
  test('conditions are counted through groups and related records', () => {
    expect(countConditions(fromFilter(custom))).toBe(3)
    expect(countConditions(fromFilter(related))).toBe(4)
    expect(countConditions(fromFilter(undefined))).toBe(0)
    expect([conditionsIn(custom), conditionsIn(related), conditionsIn(undefined)]).toEqual([3, 4, 0])
  })
  test('a condition that waits for its value asks nothing yet', () => {
    const group = fromFilter({ and: [{ field: 'name', op: 'contains', value: '' }, { field: 'level', op: 'in', value: [] }, { field: 'due', op: 'between', value: [null, null] }, { field: 'city', op: 'empty' }] })
    expect(toFilter(group)).toEqual({ field: 'city', op: 'empty' })
    expect(toFilter(fromFilter({ and: [{ field: 'name', op: 'eq', value: null }] }))).toBeUndefined()
  })
  test('false and zero are values', () => {
    expect(toFilter(fromFilter({ and: [{ field: 'done', op: 'eq', value: false }, { field: 'n', op: 'eq', value: 0 }] }))).toBeTruthy()
  })
  test('a link cut short, or of an older page', () => {
    expect(parseFilter('{"any":tr')).toBeUndefined()
    expect(parseFilter('null')).toBeUndefined()
    expect(parseFilter('{"any":false,"rows":[]}')).toBeUndefined()
    expect(parseFilter('{"any":true,"rows":[{"field":"a","op":"empty"}]}')).toEqual({ or: [{ field: 'a', op: 'empty' }] })
  })
  test('operators are those the hub answers to', () => {
    expect(opsOf({ key: 'x', label: '', type: 'select', ops: ['eq', 'ne', 'in', 'empty', 'notEmpty'] } as Field)).toEqual(['in', 'notIn', 'empty', 'notEmpty'])
    expect(opsOf({ key: 'x', label: '', type: 'phones', ops: ['contains', 'empty', 'notEmpty'] } as Field)).toEqual(['contains', 'startsWith', 'empty', 'notEmpty'])
    expect(opsOf({ key: 'x', label: '', type: 'text', ops: [] } as unknown as Field)).toEqual([])
  })
})
