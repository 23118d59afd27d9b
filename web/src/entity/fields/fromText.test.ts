import { describe, expect, test } from 'vitest'
import type { Field } from '@/api/types'
import { fromSheet, fromText } from './fromText'

const field = (type: string, more = {}) => ({ key: 'x', label: 'X', type, ...more }) as Field
const level = field('select', { options: [{ id: 'a', label: 'A 重点' }, { id: 'b', label: 'B 优质' }] })

describe('CUS-43 a cell of a spreadsheet', () => {
  test.each([
    [field('text'), ' 海天 ', { value: '海天' }],
    [field('text'), '  ', { value: null }],
    [level, 'A 重点', { value: 'a' }],
    [level, 'b', { value: 'b' }],
    [level, '重点', { value: 'a' }],
    [level, 'Z', { wrong: 'Z' }],
    [field('date'), '2026/3/5', { value: '2026-03-05' }],
    [field('date'), '2026年11月2日', { value: '2026-11-02' }],
    [field('date'), '2026-13-40', { wrong: '2026-13-40' }],
    [field('date'), '明天', { wrong: '明天' }],
    [field('money'), '￥1,280.5', { value: { minor: 128050, currency: 'CNY' } }],
    [field('money'), '-0.07', { value: { minor: -7, currency: 'CNY' } }],
    [field('money'), '1.234', { wrong: '1.234' }],
    [field('int'), '１,２００', { value: 1200 }],
    [field('int'), '1.5', { wrong: '1.5' }],
    [field('bool'), '是', { value: true }],
    [field('bool'), 'maybe', { wrong: 'maybe' }],
    [field('user'), '赵敏', { value: '7' }],
    [field('user'), '无此人', { wrong: '无此人' }],
    [field('ref', { ref: 'customer' }), '海天', { find: '海天' }],
    [field('phones'), '13800138000，0571-88112233', { value: [{ label: 'mobile', number: '13800138000' }, { label: 'office', number: '0571-88112233' }] }],
  ])('%o reads %s', (f, cell, want) => {
    expect(fromText(f, cell, [{ id: '7', name: '赵敏' }])).toEqual(want)
  })
  test('rows and cells as spreadsheets copy them', () => {
    expect(fromSheet('a\tb\r\nc\t\r\n')).toEqual([['a', 'b'], ['c', '']])
    expect(fromSheet('"two\nlines"\t"say ""hi"""')).toEqual([['two\nlines', 'say "hi"']])
    expect(fromSheet('')).toEqual([])
  })
})
