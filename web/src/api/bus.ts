// The live stream as the rest of the page sees it: live.ts owns the transport
// and emits here, screens listen here, so neither knows the other.
import { onScopeDispose, ref } from 'vue'
import type { Call, Card, LineState, Me, ShownPage, SMS } from './types'

export interface LiveEvents {
  hello: { lastId: string | number; me: string; now?: number }
  card: Card
  call: Call
  closed: { call: string }
  lines: LineState[]
  sms: SMS
  modem: Record<string, unknown>
  alert: { kind: string; raised: boolean; detail: string; line?: number }
  changed: { entity: string; id: string; rev: number }
  connected: { connected: boolean }
  /** Something about the security of customer files waits: a request, an alert, an answer. */
  security: { what: string }
  /** A colleague shows the user a page. */
  page: ShownPage
  bye: { reason: string }
  reload: Record<string, never>
  /** Not from the stream: the hub wants a reason before it shows more of a list. */
  refused: { entity: string; text: string }
  /** Not from the stream: this page is covered; it gets data after the password. */
  locked: Record<string, never>
  /** Not from the stream: the user has yet to accept the security rules. */
  rules: Record<string, never>
  /** Not from the stream: a session began or ended in this page. */
  session: { me: Me | null }
}

type Listener<K extends keyof LiveEvents> = (data: LiveEvents[K]) => void
const listeners = new Map<string, Set<(data: never) => void>>()

/** on registers fn and returns the function that takes it off again. */
export function on<K extends keyof LiveEvents>(name: K, fn: Listener<K>): () => void {
  const set = listeners.get(name) ?? new Set()
  listeners.set(name, set)
  set.add(fn)
  return () => set.delete(fn)
}

/** useLive is `on` for the life of the component that calls it. */
export function useLive<K extends keyof LiveEvents>(name: K, fn: Listener<K>): void {
  onScopeDispose(on(name, fn))
}

export function emit<K extends keyof LiveEvents>(name: K, data: LiveEvents[K]): void {
  for (const fn of listeners.get(name) ?? []) (fn as Listener<K>)(data)
}

/** liveState is how the page's connection to the hub stands; live.ts writes it. */
export const liveState = ref<'off' | 'connecting' | 'open' | 'lost'>('off')
