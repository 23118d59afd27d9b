// A filter in words, for the chips above a list.
import { useI18n } from 'vue-i18n'
import { useMeta } from '@/api/meta'
import type { Entity, Field, Filter, Value } from '@/api/types'
import { plainText } from './fields/values'
import { fromFilter, isRelative, otherField, type Node } from './filterTree'
import { records } from './records'
import { useQuickOptions } from './quickOptions'

const names = new Map<string, Promise<string>>()

/** nameOf is what a record is called; its id where the user may not read it. */
export function nameOf(entity: string, id: string): Promise<string> {
  const key = entity + ':' + id
  const name = names.get(key) ?? records.get(entity, id).then((rec) => rec.label, () => id)
  names.set(key, name)
  return name
}

/** useFilterWords writes conditions as people say them. */
export function useFilterWords() {
  const { t } = useI18n()
  const meta = useMeta()
  const options = useQuickOptions()

  function value(entity: Entity, field: Field, v: unknown, names: Record<string, string>): string {
    if (Array.isArray(v)) return v.map((x) => (x === null ? '…' : value(entity, field, x, names))).join(field.type === 'select' || field.type === 'user' || field.type === 'multiselect' || field.type === 'dept' ? '、' : ' – ')
    if (isRelative(v)) {
      if (v.rel === 'me') return t('list.me')
      if (v.rel === 'days') return t((v.n ?? 0) < 0 ? 'list.rel.agoN' : 'list.rel.aheadN', { n: Math.abs(v.n ?? 0) })
      return t('list.rel.' + v.rel)
    }
    const other = otherField(v)
    if (other) return entity.fields.find((f) => f.key === other)?.label ?? other
    if (field.type === 'user' || field.type === 'dept') return options(field).find((o) => o.id === v)?.label ?? String(v)
    if (field.type === 'ref' || field.type === 'refs') return names[String(v)] ?? String(v)
    if (field.type === 'bool') return t(v ? 'app.yes' : 'app.no')
    if (field.type === 'region') return names[String(v)] ?? String(v)
    if (field.type === 'phones') return String(v)
    return plainText(field, v as Value)
  }
  function words(entity: Entity, node: Node, names: Record<string, string>): string {
    if (node.kind === 'group') return node.items.map((i) => words(entity, i, names)).join(` ${t(node.any ? 'list.or' : 'list.and')} `)
    if (node.kind === 'related') {
      const child = meta.entity(node.entity)
      const inner = child ? words(child, node.group, names) : ''
      return t(node.none ? 'list.filter.hasNoneWords' : 'list.filter.hasWords', { entity: child?.label ?? node.entity, words: inner }).trim()
    }
    const field = entity.fields.find((f) => f.key === node.field) ?? ({ key: node.field, type: 'datetime', label: ['createdAt', 'updatedAt'].includes(node.field) ? t('list.' + node.field) : node.field === 'sharedWith' ? t('list.sharedWith') : node.field } as Field)
    const day = field.type === 'date' || field.type === 'datetime'
    const op = day ? t('list.dayOp.' + node.op) : t('entity.op.' + (node.op === 'in' ? 'eq' : node.op === 'notIn' ? 'ne' : node.op))
    const v = node.op === 'empty' || node.op === 'notEmpty' ? '' : value(entity, field, node.value, names)
    return `${field.label} ${op} ${v}`.trim()
  }
  /** chips are the parts of a filter that can be taken away one by one. */
  function chips(entity: Entity, filter: Filter | undefined, names: Record<string, string>): string[] {
    const root = fromFilter(filter)
    if (root.any && root.items.length > 1) return [words(entity, root, names)]
    return root.items.map((i) => words(entity, i, names))
  }
  return { chips }
}

/** refsIn lists the records a filter names. */
export function refsIn(entity: Entity | undefined, filter: Filter | undefined, entityOf: (name: string) => Entity | undefined): { entity: string; id: string }[] {
  if (!filter || !entity) return []
  if (filter.related) return refsIn(entityOf(filter.related.entity), filter.related.filter, entityOf)
  if (filter.and || filter.or) return (filter.and ?? filter.or ?? []).flatMap((f) => refsIn(entity, f, entityOf))
  const field = entity.fields.find((f) => f.key === filter.field)
  if (!field?.ref || (field.type !== 'ref' && field.type !== 'refs')) return []
  return (Array.isArray(filter.value) ? filter.value : [filter.value]).filter((v): v is string => typeof v === 'string').map((id) => ({ entity: field.ref as string, id }))
}
