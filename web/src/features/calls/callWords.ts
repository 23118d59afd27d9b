// A call in words: who, what it is doing, since when. State is always told in words, never
// by colour alone.

import type { Call, Card, Tone } from '@/api/types'
import { isTaken } from './cardStack'

type T = (key: string, named?: Record<string, unknown>) => string

/** How a card stands; also its colour. */
export type Phase = 'ringing' | 'talking' | 'ended' | 'missed' | 'taken'

export function phaseOf(call: Call, me: string): Phase {
  if (isTaken(call, me)) return 'taken'
  if (call.state === 'ended') return call.outcome === 'missed' ? 'missed' : 'ended'
  return call.state
}

/** whoIs names the caller as well as he is known. */
export function whoIs(call: Call, t: T): string {
  if (call.restricted) return t('calls.who.restricted')
  if (call.party) return call.party.contact?.label ?? call.party.label
  switch (call.caller) {
    case 'shared':
      return t('calls.who.shared')
    case 'withheld':
    case 'unavailable':
    case 'unreadable':
      return t('calls.who.' + call.caller)
    case 'none':
      if (call.direction === 'out') return call.display || t('calls.who.dialling')
      return t(call.state === 'ringing' ? 'calls.who.identifying' : 'calls.who.none')
    default:
      return call.callerName || t(call.direction === 'out' ? 'calls.who.outUnknown' : 'calls.who.unknown')
  }
}

export function cardName(card: Card, t: T): string {
  return card.party && !card.call.restricted ? (card.party.contact?.label ?? card.party.label) : whoIs(card.call, t)
}

/** A number nobody is filed under: there is one to dial and to file. */
export function isUnfiled(call: Call): boolean {
  return !call.party && !call.restricted && call.number !== ''
}

export function placeOf(call: Call): string {
  return [call.place, call.carrier].filter(Boolean).join(' ')
}

export function phaseWords(call: Call, me: string, t: T): string {
  const phase = phaseOf(call, me)
  if (phase === 'taken') return t('calls.phase.taken', { name: call.handler?.name ?? '' })
  if (phase === 'ringing') return t(call.direction === 'out' ? 'calls.phase.dialling' : 'calls.phase.ringing')
  if (phase === 'ended' && call.outcome === 'interrupted') return t('calls.phase.interrupted')
  return t('calls.phase.' + phase)
}

/** The kind of a call in the log: in, out, missed, interrupted. */
export function kindOf(call: Call): 'in' | 'out' | 'missed' | 'interrupted' {
  if (call.outcome === 'missed') return call.direction === 'in' ? 'missed' : 'out'
  if (call.outcome === 'interrupted') return 'interrupted'
  return call.direction
}

export const kindTone: Record<ReturnType<typeof kindOf>, Tone> = { in: 'ok', out: 'info', missed: 'bad', interrupted: 'warn' }

export const lineTone: Record<string, Tone> = { idle: 'ok', ringing: 'bad', talking: 'warn', fault: 'bad' }
