import { describe, expect, test } from 'vitest'
import type { SMS } from '@/api/types'
import { conversationsOf, mergeSms, sameNumber } from './conversations'

const sms = (id: string, at: number, number = '1', change: Partial<SMS> = {}): SMS => ({ id, direction: 'in', number, display: number, text: id, state: 'received', at, ...change })

describe('SMS-05 texts as conversations', () => {
  test('one for each number, the newest first', () => {
    const all = conversationsOf([sms('a', 1), sms('b', 3, '2'), sms('c', 2)])
    expect(all.map((c) => [c.number, c.last.id])).toEqual([['2', 'b'], ['1', 'c']])
  })

  test('a sender filed once is filed for the whole conversation', () => {
    const party = { entity: 'customer', id: '7', label: '文博' }
    expect(conversationsOf([sms('new', 2), sms('old', 1, '1', { party })])[0]?.party).toEqual(party)
  })

  test('a changed text changes in its place, a new one comes last', () => {
    const rows = [sms('a', 1), sms('b', 2)]
    expect(mergeSms(rows, sms('a', 1, '1', { state: 'sent' })).map((s) => s.state)).toEqual(['sent', 'received'])
    expect(mergeSms(rows, sms('c', 3)).map((s) => s.id)).toEqual(['a', 'b', 'c'])
  })
})

test.each([
  ['+8613816892201', '138 1689 2201', true],
  ['008613816892201', '13816892201', true],
  ['13816892201', '13816892202', false],
  ['10086', '10086', true],
])('%s and %s are one number: %s', (a, b, same) => {
  expect(sameNumber(a, b)).toBe(same)
})
