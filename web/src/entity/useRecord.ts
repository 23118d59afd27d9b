import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { queryClient } from '@/api/queries'
import type { Rec } from '@/api/types'
import { records } from './records'

/** useRecord is one record, kept fresh by the live stream; an empty id asks for nothing. */
export function useRecord(entity: () => string, id: () => string) {
  const key = computed(() => ['record', entity(), id()])
  const { data, error, refetch, isPending } = useQuery({
    queryKey: key,
    queryFn: () => records.get(entity(), id()),
    enabled: computed(() => !!id()),
  }, queryClient)
  /** put takes over what a write answered, without asking again. */
  function put(rec: Rec) {
    queryClient.setQueryData(['record', rec.entity, rec.id], rec)
    void queryClient.invalidateQueries({ queryKey: ['list', rec.entity] })
  }
  return { record: data, error, refetch, isPending, put }
}
