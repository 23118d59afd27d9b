import { describe, expect, test } from 'vitest'
import type { Field, Rec, Value, Values } from '@/api/types'
import { joined, merge } from './merge'

const fields: Field[] = ['name', 'city', 'note'].map((key) => ({ key, type: 'text', label: key }))
const rec = (values: Values): Rec => ({ id: '1', rev: 2, entity: 'customer', label: '', values, createdAt: 0, updatedAt: 0, may: { edit: true, delete: true } })
const base = { name: 'A', city: '苏州', note: null }

describe('merge', () => {
  test('changes to different fields join without a question', () => {
    const { values, conflicts } = merge(fields, base, { ...base, name: 'B' }, rec({ ...base, city: '深圳' }))
    expect(conflicts).toEqual([])
    expect(values).toEqual({ name: 'B', city: '深圳', note: null })
  })
  test('the same field changed twice is a question', () => {
    const { conflicts } = merge(fields, base, { ...base, name: 'B' }, rec({ ...base, name: 'C' }))
    expect(conflicts.map((c) => [c.field.key, c.mine, c.theirs])).toEqual([['name', 'B', 'C']])
  })
  test('the same change by both is none', () => {
    expect(merge(fields, base, { ...base, name: 'B' }, rec({ ...base, name: 'B' })).conflicts).toEqual([])
  })
  test('emptying a field counts as a change', () => {
    const { values, conflicts } = merge(fields, base, { ...base, city: '' }, rec({ ...base, name: 'C' }))
    expect(conflicts).toEqual([])
    expect(values.city).toBe('')
    expect(values.name).toBe('C')
  })
})

describe('both', () => {
  const join = (type: Field['type'], base: Value, mine: Value, theirs: Value) => joined({ key: 'f', type, label: '' }, base, mine, theirs)
  test('what each added to a list stays, what either took away is gone', () => {
    expect(join('multiselect', ['a', 'b'], ['a', 'c'], ['a', 'b', 'd'])).toEqual(['a', 'd', 'c'])
    const phone = (number: string) => ({ label: 'mobile' as const, number })
    expect(join('phones', [phone('1')], [phone('1'), phone('2')], [phone('1'), phone('3')])).toEqual([phone('1'), phone('3'), phone('2')])
  })
  test('words written on by both stand behind each other', () => {
    expect(join('longtext', '谈了价格', '谈了价格\n我：降两个点', '谈了价格\n他：先寄样')).toBe('谈了价格\n他：先寄样\n我：降两个点')
    expect(join('longtext', null, '我写的', '他写的')).toBe('他写的\n我写的')
  })
  test('lines: new ones of both, mine where both wrote in one', () => {
    const line = (id: string | undefined, qty: string) => ({ id, values: { qty } })
    expect(join('lines', [line('1', '1'), line('2', '1')], [line('1', '5'), line(undefined, '9')], [line('1', '3'), line('2', '1'), line('3', '7')])).toEqual([
      line('1', '5'), line('3', '7'), line(undefined, '9'),
    ])
  })
  test('one value has no room for two', () => {
    expect(join('text', 'a', 'b', 'c')).toBeUndefined()
    expect(join('longtext', 'a', null, 'c')).toBeUndefined()
  })
})
