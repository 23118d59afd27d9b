import { describe, expect, test } from 'vitest'
import type { Entity } from '@/api/types'
import { parseAdvanced, spanDates, toQuery } from './listState'

const entity = {
  name: 'ticket',
  fields: [
    { key: 'state', type: 'select', label: '', options: [] },
    { key: 'due', type: 'date', label: '', sortable: true },
    { key: 'vip', type: 'bool', label: '' },
    { key: 'title', type: 'text', label: '' },
  ],
  list: { columns: [], sort: { field: 'updatedAt', desc: true } },
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
  test('advanced rows join by any or all', () => {
    const rows = [{ field: 'title', op: 'contains', value: 'x' }, { field: 'due', op: 'empty' }]
    expect(toQuery(entity, { adv: JSON.stringify({ any: true, rows }) }).filter).toEqual({ or: rows })
  })
  test('a link cut short shows everything instead of failing', () => {
    expect(parseAdvanced('{"any":tr')).toEqual({ any: false, rows: [] })
    expect(parseAdvanced('null')).toEqual({ any: false, rows: [] })
  })
  test('spans of days; weeks start on Monday', () => {
    // 2026-11-22 is a Sunday.
    expect(spanDates('week', '2026-11-22')).toEqual({ from: '2026-11-16', to: '2026-11-23' })
    expect(spanDates('month', '2026-12-31')).toEqual({ from: '2026-12-01', to: '2027-01-01' })
    expect(spanDates('overdue', '2026-11-22')).toEqual({ to: '2026-11-22' })
    expect(spanDates('last30', '2026-11-22')).toEqual({ from: '2026-10-24', to: '2026-11-23' })
  })
})
