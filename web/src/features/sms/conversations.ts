// Texts as conversations: one for each number, the newest first.

import type { SMS } from '@/api/types'

export interface Conversation {
  number: string
  display: string
  party?: SMS['party']
  last: SMS
}

export function conversationsOf(rows: readonly SMS[]): Conversation[] {
  const found = new Map<string, Conversation>()
  for (const sms of [...rows].sort((a, b) => b.at - a.at)) {
    const known = found.get(sms.number)
    if (!known) found.set(sms.number, { number: sms.number, display: sms.display, party: sms.party, last: sms })
    else if (!known.party) known.party = sms.party
  }
  return [...found.values()]
}

/** mergeSms puts a new or changed text into a thread, oldest first. */
export function mergeSms(rows: readonly SMS[], sms: SMS): SMS[] {
  const at = rows.findIndex((r) => r.id === sms.id)
  if (at >= 0) return rows.map((r) => (r.id === sms.id ? sms : r))
  return [...rows, sms].sort((a, b) => a.at - b.at)
}

/** Whether two writings are one number: +86 138… is 138…. */
export function sameNumber(a: string, b: string): boolean {
  const bare = (n: string) => n.replace(/\D/g, '').replace(/^(00)?86(?=1\d{10}$)/, '')
  return bare(a) === bare(b)
}
