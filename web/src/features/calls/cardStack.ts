// Which cards are on the screen, and which of them is open: pure rules, no page.
//
// One card is open, the newest, the others are one-line bars above it. A card under the
// user's hands is never replaced and never goes by itself. What is not on the screen is in
// the call log.

import type { Call, Card } from '@/api/types'

/**
 * What keeps a card from going by itself. focus: the keyboard is in it. draft: a form in it
 * is half filled. unsaved: its note is not with the hub yet. pointer: the mouse is on it.
 */
export type Hold = 'focus' | 'draft' | 'unsaved' | 'pointer'

export interface Entry {
  id: string
  card: Card
  open: boolean
  holds: readonly Hold[]
  /** made small by the user: it does not open again by itself */
  minimised: boolean
  /** shown because the user asked for it: age and address do not matter */
  asked: boolean
  shrinkAt?: number
  leaveAt?: number
}

export interface Stack {
  /** newest call first */
  entries: readonly Entry[]
  /** calls whose card has gone from this page */
  gone: ReadonlySet<string>
}

export interface View {
  open: Entry | undefined
  bars: readonly Entry[]
  /** how many more there are than fit */
  more: number
}

export interface Now {
  me: string
  /** by the hub's clock */
  now: number
  /** active: the hub lists this call as going on, however long ago it began */
  active?: boolean
}

export const keepEnded = 20_000
export const keepMissed = 10 * 60_000
export const keepTaken = 8_000
export const keepReleased = 5_000
export const tooOld = 60_000
const shown = 4

export const emptyStack: Stack = { entries: [], gone: new Set() }

/** receive takes a card as the hub now has it: shows it, changes the one shown, or lets it go. */
export function receive(stack: Stack, card: Card, at: Now): Stack {
  const entry = stack.entries.find((e) => e.id === card.call.id)
  if (entry) return update(stack, entry, card, at)
  if (stack.gone.has(card.call.id) || !wanted(card, at)) return stack
  return insert(stack, timed(newEntry(card), at), at.me)
}

/** ask opens the card of a call the user picked, whatever its age. */
export function ask(stack: Stack, card: Card): Stack {
  const present = stack.entries.find((e) => e.id === card.call.id)
  const entry: Entry = present ? { ...present, card } : { ...newEntry(card), asked: true }
  return open(insert(without(stack, entry.id), entry, ''), entry.id)
}

/** bring shows the card of a note an earlier page could not save; it goes by itself once it is saved. */
export function bring(stack: Stack, card: Card, at: Now): Stack {
  const known = without(stack, card.call.id)
  return insert(known, timed({ ...newEntry(card), holds: ['unsaved'] }, at), at.me)
}

export function open(stack: Stack, id: string): Stack {
  return each(stack, (e) => (e.id === id ? { ...e, open: true, minimised: false, shrinkAt: undefined } : shrunk(e)))
}

export function minimise(stack: Stack, id: string): Stack {
  return each(stack, (e) => (e.id === id ? { ...e, open: false, minimised: true } : e))
}

/** close takes the card off this page for good; a waiting one may then open. */
export function close(stack: Stack, id: string): Stack {
  if (!stack.entries.some((e) => e.id === id)) return { ...stack, gone: remember(stack.gone, id) }
  const left = without(stack, id)
  return promote({ ...left, gone: remember(left.gone, id) })
}

export function hold(stack: Stack, id: string, why: Hold, on: boolean, now: number): Stack {
  return each(stack, (e) => {
    if (e.id !== id || e.holds.includes(why) === on) return e
    if (on) return { ...e, holds: [...e.holds, why] }
    const holds = e.holds.filter((h) => h !== why)
    // Let go a moment ago: what was under the hands must not vanish at once.
    const grace = holds.length === 0 ? now + keepReleased : 0
    return { ...e, holds, shrinkAt: later(e.shrinkAt, grace), leaveAt: later(e.leaveAt, grace) }
  })
}

/** sweep lets cards go whose time is over. */
export function sweep(stack: Stack, now: number): Stack {
  const over = stack.entries.filter((e) => e.leaveAt !== undefined && e.leaveAt <= now && e.holds.length === 0)
  const next = over.reduce((s, e) => close(s, e.id), stack)
  return each(next, (e) => (e.open && e.shrinkAt !== undefined && e.shrinkAt <= now && e.holds.length === 0 ? shrunk(e) : e))
}

/** nextSweep is when sweep has something to do, undefined while everything stays. */
export function nextSweep(stack: Stack): number | undefined {
  const times = stack.entries
    .filter((e) => e.holds.length === 0)
    .flatMap((e) => [e.leaveAt, e.open ? e.shrinkAt : undefined])
    .filter((at) => at !== undefined)
  return times.length ? Math.min(...times) : undefined
}

export function view(stack: Stack): View {
  const open = stack.entries.find((e) => e.open)
  const rest = stack.entries.filter((e) => e !== open)
  const room = open ? shown - 1 : shown
  return { open, bars: rest.slice(0, room), more: Math.max(0, rest.length - room) }
}

/** isTaken tells whether another user has this call. */
export function isTaken(call: Call, me: string): boolean {
  return call.handler !== undefined && call.handler.id !== me
}

function newEntry(card: Card): Entry {
  return { id: card.call.id, card, open: false, holds: [], minimised: false, asked: false }
}

function wanted(card: Card, { me, now, active }: Now): boolean {
  const { call, mine } = card
  if (!mine.addressed || mine.closed || call.ignored || isTaken(call, me)) return false
  switch (call.state) {
    case 'ringing':
      return active === true || now - call.startedAt <= tooOld
    case 'talking':
      return true
    case 'ended':
      return now - (call.endedAt ?? call.startedAt) <= (call.outcome === 'missed' ? tooOld : keepEnded)
  }
}

function update(stack: Stack, entry: Entry, card: Card, at: Now): Stack {
  const held = entry.holds.length > 0
  if (leaves(entry, card, at) && !held) return close(stack, entry.id)
  const next = timed({ ...entry, card }, at, entry.card)
  return each(stack, (e) => (e.id === entry.id ? next : e))
}

function leaves(entry: Entry, card: Card, { now }: Now): boolean {
  if (entry.asked) return false
  const { call, mine } = card
  if (mine.closed || call.ignored) return true
  if (!mine.addressed && call.handler === undefined) return true
  // Learned late, after a reconnect, that it is long over.
  const news = entry.card.call.state !== 'ended' && call.state === 'ended'
  return news && call.outcome !== 'missed' && now - (call.endedAt ?? now) > tooOld
}

/** timed sets when the card shrinks and goes, from what changed in it since before. */
function timed(e: Entry, { me, now }: Now, before?: Card): Entry {
  if (e.asked) return e
  const { call } = e.card
  if (isTaken(call, me)) {
    if (before && isTaken(before.call, me)) return e
    return { ...e, open: writtenIn(e) ? e.open : false, leaveAt: now + keepTaken }
  }
  if (call.state !== 'ended') return { ...e, shrinkAt: undefined, leaveAt: undefined }
  if (before?.call.state === 'ended') return e
  if (call.outcome === 'missed') return { ...e, shrinkAt: now + keepEnded, leaveAt: now + keepMissed }
  return { ...e, leaveAt: now + keepEnded }
}

/** insert puts a new card in its place by time and opens it unless the open one is newer or written in. */
function insert(stack: Stack, entry: Entry, me: string): Stack {
  const current = stack.entries.find((e) => e.open)
  const opens = !isTaken(entry.card.call, me) && !(current && (writtenIn(current) || isAhead(current.card.call, entry.card.call)))
  const others = opens ? stack.entries.map(shrunk) : stack.entries
  const entries = [...others, { ...entry, open: opens }].sort((a, b) => b.card.call.startedAt - a.card.call.startedAt)
  return { gone: forget(stack.gone, entry.id), entries }
}

/** Two calls that both go on: the later one is of more interest. */
function isAhead(a: Call, b: Call): boolean {
  return a.state !== 'ended' && a.startedAt > b.startedAt
}

function writtenIn(e: Entry): boolean {
  return e.holds.includes('focus') || e.holds.includes('draft')
}

/** promote opens the newest live card that the user has not put aside, when none is open. */
function promote(stack: Stack): Stack {
  if (stack.entries.some((e) => e.open)) return stack
  const next = stack.entries.find((e) => !e.minimised && e.card.call.state !== 'ended' && e.leaveAt === undefined)
  return next ? open(stack, next.id) : stack
}

function shrunk(e: Entry): Entry {
  return e.open ? { ...e, open: false } : e
}

function each(stack: Stack, change: (e: Entry) => Entry): Stack {
  const entries = stack.entries.map(change)
  return entries.every((e, i) => e === stack.entries[i]) ? stack : { ...stack, entries }
}

function without(stack: Stack, id: string): Stack {
  return { ...stack, entries: stack.entries.filter((e) => e.id !== id) }
}

function later(at: number | undefined, floor: number): number | undefined {
  return at === undefined ? undefined : Math.max(at, floor)
}

const rememberedCalls = 500

function remember(gone: ReadonlySet<string>, id: string): Set<string> {
  const ids = [...gone, id]
  return new Set(ids.slice(-rememberedCalls))
}

function forget(gone: ReadonlySet<string>, id: string): ReadonlySet<string> {
  if (!gone.has(id)) return gone
  const left = new Set(gone)
  left.delete(id)
  return left
}
