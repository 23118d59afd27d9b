import { ref, watch } from 'vue'
import type { LocationQuery } from 'vue-router'
import { useMeta } from '@/api/meta'
import type { Entity, Field, Line, Value, Values } from '@/api/types'
import { t } from '@/i18n'
import { parseAmount } from '@/lib/money'
import { records } from './records'

/** Never copied: numbers given by the hub, what is computed, who is called and written to. */
const own = new Set(['serial', 'formula', 'phones', 'email', 'im', 'file', 'image'])

/**
 * usePrefill reads what a new record begins with from its address: the keys are
 * fields, references are ids. `call` is kept too where the entity has such a field.
 */
export function usePrefill(entity: () => Entity | undefined, query: () => LocationQuery) {
  const meta = useMeta()
  const initial = ref<Values>({})
  const ready = ref(false)

  async function read(field: Field, text: string): Promise<Value> {
    switch (field.type) {
      case 'ref': {
        const target = field.ref ?? ''
        const rec = await records.get(target, text).catch(() => null)
        return rec && { id: rec.id, label: rec.label, entity: target }
      }
      case 'user':
        return meta.users.find((u) => u.id === text) ?? null
      case 'phones':
        return text.split(',').map((number) => ({ label: /^(\+?86)?1\d{10}$/.test(number) ? ('mobile' as const) : ('office' as const), number }))
      case 'int':
      case 'datetime':
        return Number.isFinite(Number(text)) ? Number(text) : null
      case 'money': {
        const minor = parseAmount(text, 'CNY')
        return minor === undefined ? null : { minor, currency: 'CNY' }
      }
      case 'bool':
        return text === 'true'
      case 'select':
        return field.options?.some((o) => o.id === text) ? text : null
      default:
        return text
    }
  }

  /** A copy begins with all that may be written and need not be the record's alone. */
  async function copied(id: string): Promise<Values> {
    const rec = await records.get(entity()?.name ?? '', id).catch(() => null)
    const out: Values = {}
    for (const f of entity()?.fields ?? []) {
      const v = rec?.values[f.key]
      if (!rec || f.readOnly || f.unique || v == null || own.has(f.type)) continue
      out[f.key] = f.type === 'lines' ? (v as Line[]).map((l) => ({ values: l.values })) : v
    }
    const title = entity()?.title ?? ''
    if (typeof out[title] === 'string') out[title] = t('form.copyOf', { label: out[title] })
    return out
  }

  watch(
    () => [entity()?.name, JSON.stringify(query())],
    async () => {
      ready.value = false
      const out: Values = typeof query().copy === 'string' ? await copied(String(query().copy)) : {}
      const given = (entity()?.fields ?? []).filter((f) => !f.readOnly && typeof query()[f.key] === 'string')
      await Promise.all(
        given.map(async (f) => {
          const value = await read(f, String(query()[f.key]))
          if (value !== null) out[f.key] = value
        }),
      )
      initial.value = out
      ready.value = true
    },
    { immediate: true },
  )
  return { initial, ready }
}
