import { describe, expect, test } from 'vitest'
import { addressOf, filterOf, isFiltered, noFilter, queryOf, type CallFilter } from './callFilter'

// Sunday, 2026-11-22, 16:30 in the zone of the machine.
const now = new Date(2026, 10, 22, 16, 30).getTime()
const at = (y: number, m: number, d: number) => new Date(y, m - 1, d).getTime()
const filter = (change: Partial<CallFilter>): CallFilter => ({ ...noFilter, ...change })

describe('TEL-14 the call log is asked for', () => {
  test.each<[string, Partial<CallFilter>, object]>([
    ['today', { period: 'today' }, { from: at(2026, 11, 22) }],
    ['yesterday', { period: 'yesterday' }, { from: at(2026, 11, 21), to: at(2026, 11, 22) }],
    ['this week, from Monday on', { period: 'week' }, { from: at(2026, 11, 16) }],
    ['this month', { period: 'month' }, { from: at(2026, 11, 1) }],
    ['days of choice, both included', { period: 'custom', from: '2026-11-01', to: '2026-11-03' }, { from: at(2026, 11, 1), to: at(2026, 11, 4) }],
    ['one open end', { period: 'custom', from: '2026-11-01' }, { from: at(2026, 11, 1) }],
    ['REC-04 one user, outgoing, this week, recorded', { period: 'week', direction: 'out', user: 'u1', recorded: true }, { from: at(2026, 11, 16), direction: 'out', user: 'u1', recorded: 1 }],
    ['a number, a line, a customer', { number: ' 138 ', line: '2', party: 'customer:7' }, { number: '138', line: 2, party: 'customer:7' }],
  ])('%s', (_, change, query) => {
    expect(JSON.parse(JSON.stringify(queryOf(filter(change), now)))).toEqual(query)
  })

  test('the address carries the filter and gives it back', () => {
    const f = filter({ direction: 'missed', period: 'custom', from: '2026-11-01', to: '2026-11-03', recorded: true, party: 'customer:7', partyLabel: '文博' })
    expect(filterOf(addressOf(f))).toEqual(f)
    expect(isFiltered(f)).toBe(true)
    expect(addressOf(noFilter)).toEqual({})
  })

  test('what nobody offers in an address is no filter', () => {
    expect(filterOf({ direction: 'sideways', period: 'ever', user: ['a'] })).toEqual(noFilter)
  })
})
