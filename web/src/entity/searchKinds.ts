// What a list's box can look for besides everything: one kind of text or number of the
// record itself, or the name of something that belongs to it. Kinds follow from the
// definitions, so a module that adds related records adds a kind with them (QRY-05).
import { useMeta } from '@/api/meta'
import type { Entity, Filter } from '@/api/types'

export interface SearchKind {
  /** A field's key, or entity.field of what refers here. */
  key: string
  label: string
}

const searched = new Set(['text', 'longtext', 'email', 'phones', 'im', 'serial', 'region'])

/** searchKinds lists an entity's, those of its own fields first. */
export function searchKinds(entity: Entity): SearchKind[] {
  const meta = useMeta()
  const own = entity.fields.filter((f) => searched.has(f.type) && (f.ops ?? ['contains']).includes('contains'))
  const shown = own.filter((f) => f.key === entity.title || f.type === 'phones' || entity.list.columns.includes(f.key) || f.type !== 'longtext').slice(0, 9)
  const related = entity.related.flatMap((r) => {
    const child = meta.entity(r.entity)
    const title = child?.fields.find((f) => f.key === child.title)
    if (!child || child.name === entity.name || !title || !(title.ops ?? []).includes('contains')) return []
    return [{ key: `${r.entity}.${r.field}`, label: child.label }]
  })
  return [...shown.map((f) => ({ key: f.key, label: f.label })), ...related]
}

/** kindFilter is the condition of a typed text under a kind; undefined for a kind that is not there. */
export function kindFilter(entity: Entity, kind: unknown, typed: string): Filter | undefined {
  if (typeof kind !== 'string' || !kind) return undefined
  const [name = '', via] = kind.split('.')
  if (!via) return entity.fields.some((f) => f.key === name) ? { field: name, op: 'contains', value: typed } : undefined
  const title = useMeta().entity(name)?.title
  if (!title || !entity.related.some((r) => r.entity === name && r.field === via)) return undefined
  return { related: { entity: name, field: via, filter: { field: title, op: 'contains', value: typed } } }
}
