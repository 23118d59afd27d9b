import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useMeta } from '@/api/meta'
import { queryClient } from '@/api/queries'
import type { Phone, Rec } from '@/api/types'
import { records } from './records'

/** A number a text can be sent to, and whom the text is then about. */
export interface TextTarget {
  to: string
  display: string
  name: string
  /** The post, of a contact. */
  sub: string
  party: { entity: string; id: string; label: string }
}

/** A text reaches mobiles; a landline would only cost a failed message. */
export const takesText = (p: Phone): boolean => p.label !== 'fax' && (p.label === 'mobile' || /^(\+?86)?1[3-9]\d{9}$/.test(p.number))

const phonesOf = (rec: Rec) => Object.values(rec.values).flatMap((v) => (Array.isArray(v) ? (v as Phone[]).filter((p) => typeof p?.number === 'string') : []))

/** textTargets lists the mobiles of a record and of its contacts, each number once for each person. */
export function textTargets(record: Rec, contacts: Rec[]): TextTarget[] {
  return [record, ...contacts].flatMap((rec) =>
    phonesOf(rec).filter(takesText).map((p) => ({
      to: p.number, display: p.display || p.number, name: rec.label,
      sub: rec === record ? '' : String(rec.values.title ?? ''),
      party: { entity: rec.entity, id: rec.id, label: rec.label },
    })),
  )
}

/** useTextTargets keeps that list for the record on show. */
export function useTextTargets(record: () => Rec | undefined) {
  const meta = useMeta()
  const relation = computed(() => {
    const rec = record()
    return rec && meta.entity('contact') ? meta.entity(rec.entity)?.related.find((r) => r.entity === 'contact') : undefined
  })
  const { data } = useQuery({
    queryKey: computed(() => ['list', 'contact', 'texts', relation.value?.field, record()?.id]),
    queryFn: () => records.query('contact', { filter: { field: relation.value!.field, op: 'eq', value: record()!.id }, limit: 100 }),
    enabled: computed(() => !!relation.value),
  }, queryClient)
  return computed(() => {
    const rec = record()
    return rec ? textTargets(rec, (relation.value && data.value?.rows) || []) : []
  })
}
