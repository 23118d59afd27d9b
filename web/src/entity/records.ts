// Requests about records of any entity.
import { api } from '@/api/client'
import type { Bulk, BulkIn, Filter, Hit, Page, Query, Rec, Summary, TimelineItem } from '@/api/types'

/** What the hub is to compare before it writes. */
export interface Checks {
  /** Refuse with the hits when phone, mail or chat name stand elsewhere, unless a reason is given. */
  check?: { reason?: string }
  /** Typed into a cell of a list, which an office may not want. */
  inTable?: boolean
}

export const records = {
  query: (entity: string, query: Query, signal?: AbortSignal) => api.post<Page>(`/o/${entity}/query`, query, { signal }),
  get: (entity: string, id: string) => api.get<Rec>(`/o/${entity}/${id}`),
  create: (entity: string, values: Record<string, unknown>, key: string, more: Checks = {}) =>
    api.post<Rec>(`/o/${entity}`, { values, ...more }, { headers: { 'Idempotency-Key': key } }),
  update: (entity: string, id: string, rev: number, values: Record<string, unknown>, { inTable, ...more }: Checks = {}) =>
    api.put<Rec>(`/o/${entity}/${id}`, { rev, values, ...more }, inTable ? { headers: { 'X-Edited-In': 'table' } } : undefined),
  remove: (entity: string, id: string, rev: number) => api.delete(`/o/${entity}/${id}`, { query: { rev } }),
  duplicates: (entity: string, id: string | undefined, values: Record<string, unknown>, signal?: AbortSignal) =>
    api.post<{ hits: Hit[] }>(`/o/${entity}/duplicates`, { id, values }, { signal }),
  timeline: (entity: string, id: string, before?: string) =>
    api.get<{ items: TimelineItem[]; next?: string }>(`/o/${entity}/${id}/timeline`, { query: { before, limit: 30 } }),
  summary: (entity: string, ask: { search?: string; filter?: Filter; totals?: string[]; group?: string; sum?: string }, signal?: AbortSignal) =>
    api.post<Summary>(`/o/${entity}/summary`, ask, { signal }),
  bulk: (entity: string, change: BulkIn) => api.post<Bulk>(`/o/${entity}/bulk`, change),
}
