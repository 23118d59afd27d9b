import { api } from '@/api/client'
import { local } from '@/lib/local'
import type { Values } from '@/api/types'

// What a form holds unsaved, until it is saved or thrown away: at once in this browser,
// a moment later on the hub. A closed tab, a crash or an ended session costs nothing,
// and the work goes on at another desk.

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

// ---- the copy on the hub ----

/** The hub knows whose drafts they are; long keys (many given values) become short ones. */
function hubKey(key: string): string {
  const own = key.split('.').slice(2).join('.')
  if (own.length <= 200) return own
  let hash = 0
  for (const c of own) hash = (Math.imul(hash, 31) + c.charCodeAt(0)) | 0
  return own.slice(0, 180) + '~' + (hash >>> 0).toString(36)
}

/** hubDraft is what another device, or this one before its browser was cleared, left on the hub. */
export async function hubDraft(key: string, now = Date.now()): Promise<Draft | null> {
  const found = await api.get<{ drafts: { body: unknown; at: number }[] }>('/drafts', { query: { key: hubKey(key) } }).catch(() => null)
  const draft = found?.drafts[0]?.body as Draft | undefined
  return draft?.values && now - draft.at <= lifetime ? draft : null
}
/** keepOnHub never disturbs the typing: what fails is tried again with the next word. */
export async function keepOnHub(key: string, draft: Draft): Promise<boolean> {
  return api.put('/drafts', { key: hubKey(key), body: draft }).then(() => true, () => false)
}
export async function dropOnHub(key: string): Promise<void> {
  await api.delete('/drafts', { query: { key: hubKey(key) } }).catch(() => {})
}
