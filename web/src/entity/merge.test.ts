import { describe, expect, test } from 'vitest'
import type { Field, Rec, Values } from '@/api/types'
import { merge } from './merge'

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
