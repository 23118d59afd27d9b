import { useQueries } from '@tanstack/vue-query'
import { computed } from 'vue'
import { queryClient } from '@/api/queries'
import type { Entity } from '@/api/types'
import { records } from './records'

type Relation = Entity['related'][number]

/** useRelatedCounts counts a record's related lists, for their tabs; keys are entity.field. */
export function useRelatedCounts(related: () => Relation[], id: () => string) {
  const results = useQueries({
    queries: computed(() =>
      related().map((r) => ({
        queryKey: ['list', r.entity, 'count', r.field, id()],
        queryFn: () => records.query(r.entity, { filter: { field: r.field, op: 'eq', value: id() }, limit: 1, count: true }),
      })),
    ),
  }, queryClient)
  return computed(() => {
    const out: Record<string, string> = {}
    related().forEach((r, i) => {
      const page = results.value[i]?.data
      if (page?.count) out[r.entity + '.' + r.field] = page.capped ? `${page.count}+` : String(page.count)
    })
    return out
  })
}
