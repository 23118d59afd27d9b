// Requests about records of any entity.
import { api } from '@/api/client'
import type { Hit, Page, Query, Rec, TimelineItem } from '@/api/types'

export const records = {
  query: (entity: string, query: Query, signal?: AbortSignal) => api.post<Page>(`/o/${entity}/query`, query, { signal }),
  get: (entity: string, id: string) => api.get<Rec>(`/o/${entity}/${id}`),
  create: (entity: string, values: Record<string, unknown>, key: string) =>
    api.post<Rec>(`/o/${entity}`, { values }, { headers: { 'Idempotency-Key': key } }),
  update: (entity: string, id: string, rev: number, values: Record<string, unknown>) => api.put<Rec>(`/o/${entity}/${id}`, { rev, values }),
  remove: (entity: string, id: string, rev: number) => api.delete(`/o/${entity}/${id}`, { query: { rev } }),
  duplicates: (entity: string, id: string | undefined, values: Record<string, unknown>, signal?: AbortSignal) =>
    api.post<{ hits: Hit[] }>(`/o/${entity}/duplicates`, { id, values }, { signal }),
  timeline: (entity: string, id: string, before?: string) =>
    api.get<{ items: TimelineItem[]; next?: string }>(`/o/${entity}/${id}/timeline`, { query: { before, limit: 30 } }),
}
