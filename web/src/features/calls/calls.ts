// The calls of this moment as the page shows them: the cards, the lines, the notes being
// written. Everything comes from the live stream; a fetch only fills what it may have
// missed.

import { defineStore } from 'pinia'
import { shallowReactive, shallowRef, triggerRef, watch, type ShallowRef } from 'vue'
import { liveState, on } from '@/api/bus'
import { ApiError, messageOf } from '@/api/client'
import { hubNow } from '@/api/live'
import { useSession } from '@/api/session'
import type { Card, LineState } from '@/api/types'
import { callApi, type LinkTo } from './callApi'
import * as cards from './cardStack'
import { drafts, forgetDraft } from './noteDrafts'
import { NoteSaver } from './noteSaver'

const draftKept = 30 * 24 * 3_600_000

export const useCalls = defineStore('calls', () => {
  const session = useSession()
  const shown = shallowRef<cards.View>(cards.view(cards.emptyStack))
  const lines = shallowRef<LineState[]>([])
  /** the hub reaches the box */
  const connected = shallowRef(true)
  /** what went wrong with the last thing asked of a card */
  const problems = shallowReactive(new Map<string, string>())
  const notes = new Map<string, ShallowRef<NoteSaver>>()

  let stack = cards.emptyStack
  let timer: ReturnType<typeof setTimeout> | undefined
  let fetchedAt = 0
  const otherPages = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('bellhop-cards')

  const me = () => session.me?.id ?? ''
  const now = (active = false): cards.Now => ({ me: me(), now: hubNow(), active })

  function set(next: cards.Stack): void {
    if (next === stack) return
    stack = next
    shown.value = cards.view(next)
    clearTimeout(timer)
    const at = cards.nextSweep(next)
    if (at !== undefined) timer = setTimeout(() => set(cards.sweep(stack, hubNow())), Math.max(50, at - hubNow()))
    forgetNotes()
  }

  function take(card: Card, active = false): void {
    set(cards.receive(stack, card, now(active)))
    notes.get(card.call.id)?.value.adopt(card.note)
    if (card.call.state === 'ended') notes.get(card.call.id)?.value.flush()
  }

  /** refresh asks for what a sleeping page or a broken stream may have missed. */
  async function refresh(): Promise<void> {
    if (!session.me) return
    fetchedAt = Date.now()
    const active = await callApi.active().catch(() => undefined)
    if (!active) return
    lines.value = active.lines
    connected.value = active.connected
    for (const card of active.cards) take(card, true)
    const going = new Set(active.cards.map((c) => c.call.id))
    for (const { id, card } of stack.entries) if (!going.has(id) && card.call.state !== 'ended') void reread(id)
  }

  async function reread(id: string): Promise<void> {
    try {
      take(await callApi.card(id))
    } catch (err) {
      if (err instanceof ApiError && (err.status === 404 || err.status === 403)) set(cards.close(stack, id))
    }
  }

  /** show opens the card of any call, running or long past. */
  async function show(id: string): Promise<void> {
    if (stack.entries.some((e) => e.id === id)) return set(cards.open(stack, id))
    set(cards.ask(stack, await callApi.card(id)))
  }

  function close(id: string): void {
    drop(id)
    otherPages?.postMessage({ user: me(), close: id })
    callApi.close(id).catch(() => undefined)
  }
  function drop(id: string): void {
    notes.get(id)?.value.flush()
    set(cards.close(stack, id))
  }

  /** act asks the hub for something that answers with the changed card. */
  async function act(id: string, what: Promise<Card>): Promise<boolean> {
    problems.delete(id)
    try {
      const card = await what
      problems.delete(id)
      take(card)
      return true
    } catch (err) {
      problems.set(id, messageOf(err))
      if (err instanceof ApiError && err.status === 409) void reread(id)
      return false
    }
  }

  function note(card: Card): ShallowRef<NoteSaver> {
    const id = card.call.id
    const known = notes.get(id)
    if (known) return known
    const saver: NoteSaver = new NoteSaver(me(), id, card.note, { put: callApi.putNote, changed: () => noteChanged(id) })
    const ref = shallowRef(saver)
    notes.set(id, ref)
    const draft = drafts(me())[id]
    // Not now: a component may be asking in the midst of its own setup.
    if (draft) queueMicrotask(() => (saver.restore(draft), noteChanged(id)))
    return ref
  }
  function noteChanged(id: string): void {
    const ref = notes.get(id)
    if (!ref) return
    triggerRef(ref)
    set(cards.hold(stack, id, 'unsaved', ref.value.unsaved, hubNow()))
    forgetNotes()
  }
  /** A note whose card has gone and whose text the hub has is no longer needed. */
  function forgetNotes(): void {
    for (const [id, ref] of notes) {
      if (ref.value.unsaved || stack.entries.some((e) => e.id === id)) continue
      ref.value.dispose()
      notes.delete(id)
    }
  }
  function flushNotes(): void {
    for (const ref of notes.values()) ref.value.flush()
  }

  /** Brings back the cards of notes that an earlier page could not save. */
  async function restoreNotes(): Promise<void> {
    for (const [id, draft] of Object.entries(drafts(me()))) {
      if (notes.has(id)) continue
      if (Date.now() - draft.at > draftKept) forgetDraft(me(), id)
      const card = await callApi.card(id).catch(() => undefined)
      if (!card || notes.has(id)) continue
      if (!stack.entries.some((e) => e.id === id)) set(cards.bring(stack, card, now()))
      note(card)
    }
  }

  on('card', (card) => take(card))
  on('closed', ({ call }) => drop(call))
  on('lines', (next) => (lines.value = next))
  on('connected', (state) => (connected.value = state.connected))
  on('hello', () => void refresh().then(restoreNotes))
  on('reload', () => void refresh())
  on('session', ({ me: who }) => {
    if (!who) return
    flushNotes()
    void refresh().then(restoreNotes)
  })
  watch(liveState, (state) => state === 'open' && flushNotes())
  if (otherPages) {
    otherPages.onmessage = ({ data }: MessageEvent<{ user: string; close: string }>) => {
      if (data.user === me()) drop(data.close)
    }
  }
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) flushNotes()
    else if (Date.now() - fetchedAt > 2000) void refresh()
  })
  if (session.me) void refresh().then(restoreNotes)
  void import('./keepRecording').then((m) => m.keepHere())

  return {
    shown, lines, connected, problems, note, show, close, refresh,
    open: (id: string) => set(cards.open(stack, id)),
    minimise: (id: string) => {
      notes.get(id)?.value.flush()
      set(cards.minimise(stack, id))
    },
    hold: (id: string, why: cards.Hold, held: boolean) => set(cards.hold(stack, id, why, held, hubNow())),
    take: (id: string) => act(id, callApi.take(id)),
    link: (id: string, to: LinkTo) => act(id, callApi.link(id, to)),
    ignore: (id: string) => act(id, callApi.ignore(id)),
  }
})
