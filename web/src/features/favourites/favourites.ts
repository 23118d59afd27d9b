import { useQuery } from '@tanstack/vue-query'
import { api } from '@/api/client'
import { queryClient } from '@/api/queries'
import type { Favourite, ShownPage } from '@/api/types'

const key = ['favourites']

/** useFavourites is what the user starred, as far as he may still read it, the newest first. */
export function useFavourites() {
  return useQuery({ queryKey: key, queryFn: () => api.get<{ rows: Favourite[] }>('/favourites').then((x) => x.rows) }, queryClient)
}

/** star puts a record among the favourites or takes it out. */
export async function star(entity: string, id: string, on: boolean): Promise<void> {
  const path = `/favourites/${entity}/${id}`
  await (on ? api.put(path, {}) : api.delete(path))
  await queryClient.invalidateQueries({ queryKey: key })
}

/** useShownPages is what colleagues showed the user, the newest first. */
export function useShownPages() {
  return useQuery({ queryKey: ['pages'], queryFn: () => api.get<{ rows: ShownPage[] }>('/pages').then((x) => x.rows) }, queryClient)
}
export async function readPage(id: string): Promise<void> {
  await api.post(`/pages/${id}/read`)
  await queryClient.invalidateQueries({ queryKey: ['pages'] })
}
