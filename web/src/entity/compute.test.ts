import { describe, expect, test } from 'vitest'
import type { Field, Values } from '@/api/types'
import { computed, sum } from './compute'

const line: Field[] = [
  { key: 'qty', type: 'decimal', label: '', decimals: 2 },
  { key: 'price', type: 'money', label: '' },
  { key: 'discount', type: 'percent', label: '' },
  { key: 'amount', type: 'formula', result: 'money', formula: 'round(qty * price * (1 - discount / 100), 2)', label: '' },
]
const order: Field[] = [
  { key: 'lines', type: 'lines', label: '', lines: { fields: line } },
  { key: 'total', type: 'formula', result: 'money', formula: 'sum(lines.amount)', label: '' },
  { key: 'half', type: 'formula', result: 'money', formula: 'total / 2', label: '' },
]
const yuan = (minor: number) => ({ minor, currency: 'CNY' })
const values: Values = { lines: [{ values: { qty: '2', price: yuan(128000), discount: '10' } }, { values: { qty: '1.5', price: yuan(9999) } }] }

describe('computed', () => {
  test('lines, their sum, and what is made of it, to the fen as the hub has it', () => {
    expect(computed(order, values)).toEqual({ total: yuan(245399), half: yuan(122700) })
  })
  test('prices finer than a coin', () => {
    expect(computed(line, { qty: '3', price: { minor: 0.5, currency: 'CNY' } })).toEqual({ amount: yuan(2) })
  })
  test('a formula this page does not understand leaves its value alone', () => {
    expect(computed([{ key: 'x', type: 'formula', result: 'int', formula: 'future(1)', label: '' }], { x: 7 })).toEqual({})
  })
  test('a column adds up', () => {
    const lines = [{ values: { qty: '0.1', amount: yuan(1) } }, { values: { qty: '0.2' } }, { values: {} }]
    expect(sum(line[0]!, lines)).toBe('0.30')
    expect(sum(line[3]!, lines)).toEqual(yuan(1))
    expect(sum(line[0]!, [{ values: {} }])).toBeNull()
  })
})
