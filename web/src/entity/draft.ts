import { local } from '@/lib/local'
import type { Values } from '@/api/types'

// What a form holds unsaved, kept in this browser per user and record until it
// is saved or thrown away: a closed tab, a crash or an ended session costs nothing.

export interface Draft {
  at: number
  /** Revision of the record the changes were made on. */
  rev: number
  /** Only what differs. */
  values: Values
}

const lifetime = 14 * 24 * 3600 * 1000

export function draftKey(user: string, entity: string, id: string | undefined): string {
  return `draft.${user}.${entity}.${id ?? 'new'}`
}
export function loadDraft(key: string, now = Date.now()): Draft | null {
  const draft = local.json<Draft>(key)
  if (!draft?.values || now - draft.at > lifetime) return null
  return draft
}
export function saveDraft(key: string, rev: number, values: Values): boolean {
  return local.set(key, JSON.stringify({ at: Date.now(), rev, values } satisfies Draft))
}
export function dropDraft(key: string): void {
  local.remove(key)
}
