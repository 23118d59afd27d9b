import { createPinia, setActivePinia } from 'pinia'
import { describe, expect, test } from 'vitest'
import { useMeta } from '@/api/meta'
import type { Entity } from '@/api/types'
import { spanDates, toQuery } from './listState'

const entity = {
  name: 'ticket',
  fields: [
    { key: 'state', type: 'select', label: '', options: [] },
    { key: 'due', type: 'date', label: '', sortable: true },
    { key: 'vip', type: 'bool', label: '' },
    { key: 'title', type: 'text', label: '' },
  ],
  list: { columns: [], sort: { field: 'updatedAt', desc: true } },
  related: [{ entity: 'note', field: 'ticket', label: '' }],
} as unknown as Entity

describe('list state', () => {
  test('an empty address is the whole list in its own order', () => {
    expect(toQuery(entity, {})).toEqual({ sort: { field: 'updatedAt', desc: true } })
  })
  test('quick filters, search and order come from the address', () => {
    expect(toQuery(entity, { 'f.state': 'open,doing', 'f.vip': 'true', q: ' 电机 ', s: '-due' })).toEqual({
      search: '电机',
      sort: { field: 'due', desc: true },
      filter: { and: [{ field: 'state', op: 'in', value: ['open', 'doing'] }, { field: 'vip', op: 'eq', value: true }] },
    })
  })
  test('order by a field that cannot be sorted, or does not exist, falls back', () => {
    expect(toQuery(entity, { s: 'title' }).sort).toEqual(entity.list.sort)
    expect(toQuery(entity, { s: 'nope' }).sort).toEqual(entity.list.sort)
  })
  test('the address goes before the view, and an empty one takes its conditions off', () => {
    const start = { filter: { field: 'title', op: 'empty' as const }, sort: { field: 'due', desc: false } }
    expect(toQuery(entity, {}, start)).toEqual(start)
    expect(toQuery(entity, { adv: '{"field":"due","op":"empty"}', s: '-due' }, start)).toEqual({ filter: { field: 'due', op: 'empty' }, sort: { field: 'due', desc: true } })
    expect(toQuery(entity, { adv: '' }, start)).toEqual({ sort: start.sort })
  })
  test('QRY-05 a kind of search is a condition on that field, or on what belongs to the record', () => {
    setActivePinia(createPinia())
    useMeta().meta = { entities: { ticket: entity, note: { name: 'note', title: 'text' } } } as never
    expect(toQuery(entity, { q: '8888', qk: 'title' }).filter).toEqual({ field: 'title', op: 'contains', value: '8888' })
    expect(toQuery(entity, { q: '甲公司', qk: 'note.ticket' }).filter).toEqual({ related: { entity: 'note', field: 'ticket', filter: { field: 'text', op: 'contains', value: '甲公司' } } })
    expect(toQuery(entity, { q: 'x', qk: 'gone' })).toMatchObject({ search: 'x' })
  })
  test('spans of days; weeks start on Monday', () => {
    // 2026-11-22 is a Sunday.
    expect(spanDates('week', '2026-11-22')).toEqual({ from: '2026-11-16', to: '2026-11-23' })
    expect(spanDates('month', '2026-12-31')).toEqual({ from: '2026-12-01', to: '2027-01-01' })
    expect(spanDates('overdue', '2026-11-22')).toEqual({ to: '2026-11-22' })
    expect(spanDates('last30', '2026-11-22')).toEqual({ from: '2026-10-24', to: '2026-11-23' })
  })
})
