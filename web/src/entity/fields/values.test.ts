import { describe, expect, test } from 'vitest'
import type { Field, FieldType, Value } from '@/api/types'
import { changes, plainText, sameValue, toWrite } from './values'

const field = (type: FieldType, more: Partial<Field> = {}): Field => ({ key: 'f', type, label: 'F', ...more })

describe('values', () => {
  test.each<[FieldType, Value, unknown]>([
    ['text', '  王 ', '王'],
    ['text', '   ', null],
    ['text', '', null],
    ['int', 0, 0],
    ['bool', false, false],
    ['ref', { id: '7', label: '王', entity: 'customer' }, '7'],
    ['user', { id: '3', name: '李' }, '3'],
    ['money', { minor: 5, currency: 'CNY' }, { minor: 5, currency: 'CNY' }],
    ['phones', [{ label: 'mobile', number: ' 138 ', display: '138', place: '苏州' }, { label: 'home', number: ' ' }], [{ label: 'mobile', number: '138' }]],
    ['phones', [{ label: 'mobile', number: '' }], null],
    ['date', '2026-11-22', '2026-11-22'],
  ])('%s is written as the hub takes it', (type, value, out) => {
    expect(toWrite(field(type), value)).toEqual(out)
  })

  test('what the hub added to a number is no change of it', () => {
    const f = field('phones')
    expect(sameValue(f, [{ label: 'mobile', number: '138', display: '1 3 8' }], [{ label: 'mobile', number: '138' }])).toBe(true)
    expect(sameValue(f, [{ label: 'mobile', number: '138' }], [{ label: 'office', number: '138' }])).toBe(false)
  })

  test('only changed fields are sent, never those the hub keeps', () => {
    const fields = [field('text', { key: 'a' }), field('text', { key: 'b' }), field('money', { key: 'c', readOnly: true })]
    expect(changes(fields, { a: 'x', b: 'y', c: null }, { a: 'x', b: '', c: { minor: 1, currency: 'CNY' } })).toEqual({ b: null })
  })

  test.each<[FieldType, Value, string]>([
    ['money', { minor: 128000, currency: 'USD' }, 'US$1,280.00'],
    ['phones', [{ label: 'mobile', number: '13816892201' }, { label: 'office', number: 'x', display: '0755-1' }], '138 1689 2201, 0755-1'],
    ['ref', { id: '1', label: '王', entity: 'customer' }, '王'],
    ['text', null, ''],
  ])('%s as one line of text', (type, value, text) => {
    expect(plainText(field(type), value)).toBe(text)
  })
  test('an option is named, one that is gone shows its id', () => {
    const f = field('select', { options: [{ id: 'a', label: 'A 重点' }] })
    expect(plainText(f, 'a')).toBe('A 重点')
    expect(plainText(f, 'z')).toBe('z')
  })
})
