// Notes the hub has not acknowledged, in this browser's storage, apart for each user of it.

import { local } from '@/lib/local'

export interface Draft {
  /** of the hub's note this one was written upon, and its text */
  version: number
  base: string
  text: string
  at: number
}

type Drafts = Record<string, Draft>

const key = (user: string) => 'notes.' + user

export function drafts(user: string): Drafts {
  return local.json<Drafts>(key(user)) ?? {}
}

export function keepDraft(user: string, call: string, draft: Draft): boolean {
  return local.set(key(user), JSON.stringify({ ...drafts(user), [call]: draft }))
}

export function forgetDraft(user: string, call: string): void {
  const { [call]: _, ...rest } = drafts(user)
  if (Object.keys(rest).length) local.set(key(user), JSON.stringify(rest))
  else local.remove(key(user))
}
