import { describe, expect, test } from 'vitest'
import type { Card } from '@/api/types'
import {
  ask, bring, close, emptyStack, hold, keepEnded, keepMissed, keepReleased, keepTaken, minimise, nextSweep, open, receive, sweep, tooOld, view,
  type Now, type Stack,
} from './cardStack'
import { knownCard, unknownCard } from './fixtures'

const t0 = 1_790_000_000_000
const me = 'u1'
const at = (now: number, more: Partial<Now> = {}): Now => ({ me, now, ...more })

function ringing(id: string, startedAt = t0): Card {
  return knownCard(startedAt, { id, startedAt })
}
function take(...cards: Card[]): Stack {
  return cards.reduce((s, c) => receive(s, c, at(t0)), emptyStack)
}
function ids(stack: Stack): string[] {
  const v = view(stack)
  return [v.open ? v.open.id + '*' : '-', ...v.bars.map((e) => e.id)]
}
function ended(card: Card, endedAt: number, outcome: 'answered' | 'missed' = 'answered'): Card {
  return { ...card, call: { ...card.call, state: 'ended', outcome, endedAt } }
}

describe('which card is open', () => {
  test('the newest call is open, the others are bars, newest first', () => {
    expect(ids(take(ringing('a', t0), ringing('b', t0 + 1), ringing('c', t0 + 2)))).toEqual(['c*', 'b', 'a'])
  })

  test('an older call that comes later, from the list of active ones, stays a bar', () => {
    expect(ids(take(ringing('b', t0), ringing('a', t0 - 5000)))).toEqual(['b*', 'a'])
  })

  test('a card being written in is never replaced', () => {
    const writing = hold(take(ringing('a')), 'a', 'focus', true, t0)
    expect(ids(receive(writing, ringing('b', t0 + 1), at(t0)))).toEqual(['a*', 'b'])
  })

  test('nor one with a half filled form', () => {
    const filling = hold(take(ringing('a')), 'a', 'draft', true, t0)
    expect(ids(receive(filling, ringing('b', t0 + 1), at(t0)))).toEqual(['a*', 'b'])
  })

  test('an unsaved note alone does not keep the next call from opening', () => {
    const unsaved = hold(take(ringing('a')), 'a', 'unsaved', true, t0)
    expect(ids(receive(unsaved, ringing('b', t0 + 1), at(t0)))).toEqual(['b*', 'a'])
  })

  test('more than four: the rest is counted', () => {
    const stack = take(...['a', 'b', 'c', 'd', 'e', 'f'].map((id, i) => ringing(id, t0 + i)))
    expect(ids(stack)).toEqual(['f*', 'e', 'd', 'c'])
    expect(view(stack).more).toBe(2)
  })

  test('a later event changes the card and not its place', () => {
    const stack = minimise(take(ringing('a'), ringing('b', t0 + 1)), 'b')
    const talking = { ...ringing('a'), call: { ...ringing('a').call, state: 'talking' as const, answeredAt: t0 + 5 } }
    const next = receive(stack, talking, at(t0 + 5))
    expect(ids(next)).toEqual(['-', 'b', 'a'])
    expect(next.entries.find((e) => e.id === 'a')?.card.call.state).toBe('talking')
  })

  test('closing the open card opens the next live one, but not one put aside', () => {
    expect(ids(close(take(ringing('a'), ringing('b', t0 + 1)), 'b'))).toEqual(['a*'])
    const aside = minimise(take(ringing('a')), 'a')
    expect(ids(close(receive(aside, ringing('b', t0 + 1), at(t0)), 'b'))).toEqual(['-', 'a'])
  })

  test('opening a bar makes the open card a bar', () => {
    expect(ids(open(take(ringing('a'), ringing('b', t0 + 1)), 'a'))).toEqual(['a*', 'b'])
  })
})

describe('which cards come at all', () => {
  test.each<[string, Card, Partial<Now>, boolean]>([
    ['a ringing call', ringing('a'), {}, true],
    ['one of a minute ago, replayed', ringing('a', t0 - tooOld - 1), {}, false],
    ['one of a minute ago that still rings', ringing('a', t0 - tooOld - 1), { active: true }, true],
    ['a call just ended', ended(ringing('a', t0 - 9000), t0 - 5000), {}, true],
    ['a call ended half a minute ago', ended(ringing('a', t0 - 90_000), t0 - 30_000), {}, false],
    ['one missed half a minute ago', ended(ringing('a', t0 - 90_000), t0 - 30_000, 'missed'), {}, true],
    ['one missed over a minute ago', ended(ringing('a', t0 - 90_000), t0 - tooOld - 1, 'missed'), {}, false],
  ])('%s', (_, card, more, comes) => {
    expect(receive(emptyStack, card, at(t0, more)).entries.length).toBe(comes ? 1 : 0)
  })

  test('TEL-13 a call not addressed to this user shows no card', () => {
    const card = { ...ringing('a'), mine: { addressed: false, closed: false } }
    expect(receive(emptyStack, card, at(t0)).entries).toEqual([])
  })

  test('one closed on another page of this user does not come, and goes where it is shown', () => {
    const closed = { ...ringing('a'), mine: { addressed: true, closed: true } }
    expect(receive(emptyStack, closed, at(t0)).entries).toEqual([])
    expect(receive(take(ringing('a')), closed, at(t0)).entries).toEqual([])
  })

  test('a closed card does not come back with the next event, but does when asked for', () => {
    const stack = close(take(ringing('a')), 'a')
    expect(receive(stack, ringing('a'), at(t0)).entries).toEqual([])
    expect(ids(ask(stack, ended(ringing('a', t0 - 9e6), t0 - 8e6)))).toEqual(['a*'])
  })
})

describe('TEL-12 taken by another user', () => {
  const taken = { ...ringing('a'), call: { ...ringing('a').call, handler: { id: 'u2', name: '李伟' } } }

  test('the card becomes a bar and goes', () => {
    const stack = receive(take(ringing('a')), taken, at(t0))
    expect(ids(stack)).toEqual(['-', 'a'])
    expect(sweep(stack, t0 + keepTaken - 1).entries.length).toBe(1)
    expect(sweep(stack, t0 + keepTaken).entries.length).toBe(0)
  })

  test('later events of the call do not keep it', () => {
    const stack = receive(receive(take(ringing('a')), taken, at(t0)), { ...taken, call: { ...taken.call, state: 'talking' } }, at(t0 + 7000))
    expect(sweep(stack, t0 + keepTaken).entries.length).toBe(0)
  })

  test('it stays open under the hands of one who is writing', () => {
    const stack = receive(hold(take(ringing('a')), 'a', 'focus', true, t0), taken, at(t0))
    expect(ids(sweep(stack, t0 + 9e6))).toEqual(['a*'])
  })

  test('taken by me it stays', () => {
    const mine = { ...taken, call: { ...taken.call, handler: { id: me, name: '我' } } }
    expect(ids(sweep(receive(take(ringing('a')), mine, at(t0)), t0 + 9e6))).toEqual(['a*'])
  })
})

describe('when cards go', () => {
  test('an ended one after 20 s, and the next live one opens', () => {
    const stack = receive(take(ringing('b', t0), ringing('a', t0 + 1)), ended(ringing('a', t0 + 1), t0 + 10), at(t0 + 10))
    expect(nextSweep(stack)).toBe(t0 + 10 + keepEnded)
    expect(ids(sweep(stack, t0 + 9 + keepEnded))).toEqual(['a*', 'b'])
    expect(ids(sweep(stack, t0 + 10 + keepEnded))).toEqual(['b*'])
  })

  test('not while its note has the focus or is unsaved, then a moment later', () => {
    let stack = receive(take(ringing('a')), ended(ringing('a'), t0), at(t0))
    stack = hold(hold(stack, 'a', 'focus', true, t0), 'a', 'unsaved', true, t0)
    expect(nextSweep(stack)).toBeUndefined()
    stack = hold(stack, 'a', 'focus', false, t0 + 60_000)
    expect(sweep(stack, t0 + 70_000).entries.length).toBe(1)
    stack = hold(stack, 'a', 'unsaved', false, t0 + 80_000)
    expect(sweep(stack, t0 + 80_000 + keepReleased - 1).entries.length).toBe(1)
    expect(sweep(stack, t0 + 80_000 + keepReleased).entries.length).toBe(0)
  })

  test('a missed one shrinks after 20 s and stays to be called back', () => {
    const stack = receive(take(ringing('a')), ended(ringing('a'), t0, 'missed'), at(t0))
    expect(ids(sweep(stack, t0 + keepEnded))).toEqual(['-', 'a'])
    expect(sweep(stack, t0 + keepMissed - 1).entries.length).toBe(1)
    expect(sweep(stack, t0 + keepMissed).entries.length).toBe(0)
  })

  test('one brought back for its unsaved note goes once that is saved', () => {
    const old = ended(ringing('a', t0 - 9e6), t0 - 8e6)
    let stack = bring(emptyStack, old, at(t0))
    stack = receive(stack, old, at(t0))
    expect(ids(sweep(stack, t0 + 9e6))).toEqual(['a*'])
    stack = hold(stack, 'a', 'unsaved', false, t0 + 9e6)
    expect(sweep(receive(stack, old, at(t0 + 9e6)), t0 + 9e6 + keepReleased).entries.length).toBe(0)
  })

  test('an ignored caller goes at once', () => {
    const card = unknownCard(t0)
    expect(receive(take(card), { ...card, call: { ...card.call, ignored: true } }, at(t0)).entries).toEqual([])
  })

  test('an end learned long after, by a reconnect, lets the card go', () => {
    expect(receive(take(ringing('a')), ended(ringing('a'), t0 + 1), at(t0 + tooOld + 2)).entries).toEqual([])
  })
})
