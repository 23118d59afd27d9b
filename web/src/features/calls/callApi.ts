// The hub's call routes, each as one function.

import { api } from '@/api/client'
import type { Call, Card, LineState, LookupRow, Page, Rec, SMS, Values } from '@/api/types'
import type { Note } from './noteSaver'

export interface ActiveCalls {
  cards: Card[]
  lines: LineState[]
  connected: boolean
}

export interface LinkTo {
  entity: string
  id: string
  contact?: string
}

export interface CallQuery {
  number?: string
  from?: number
  to?: number
  direction?: 'in' | 'out' | 'missed'
  user?: string
  party?: string
  line?: number
  recorded?: 1
  after?: string
  limit?: number
  count?: 1
}

const call = (id: string) => '/calls/' + encodeURIComponent(id)

export const callApi = {
  active: () => api.get<ActiveCalls>('/calls/active'),
  list: (query: CallQuery) => api.get<Page<Call>>('/calls', { query: { ...query } }),
  get: (id: string) => api.get<Call>(call(id)),
  card: (id: string) => api.get<Card>(call(id) + '/card'),
  take: (id: string) => api.post<Card>(call(id) + '/take'),
  link: (id: string, to: LinkTo) => api.post<Card>(call(id) + '/link', to),
  ignore: (id: string) => api.post<Card>(call(id) + '/ignore'),
  close: (id: string) => api.post(call(id) + '/close'),
  putNote: (id: string, note: Note) => api.put<{ version: number }>(call(id) + '/note', note),
  peaks: (id: string) => api.get<{ peaks: number[]; durationMs: number }>(call(id) + '/peaks'),
  record: (id: string, on: boolean) => api.post<Call>(call(id) + '/record', { on }),
  deleteRecordings: (ids: string[]) => api.post<{ count: number }>('/recordings/delete', { ids }),
  exportRecordings: (ids: string[], headers: Record<string, string>) => api.post<{ url: string }>('/recordings/export', { ids }, { headers }),
  recordingURL: (id: string) => '/api' + call(id) + '/recording',

  lookup: (entity: string, q: string) =>
    api.get<{ rows: LookupRow[] }>('/lookup', { query: { entity, q, limit: 6 } }).then((r) => r.rows),
  create: (entity: string, values: Values, key: string) =>
    api.post<Rec>('/o/' + entity, { values }, { headers: { 'Idempotency-Key': key } }),
  sms: (to: string, text: string, key: string, party?: { entity: string; id: string }) =>
    api.post<SMS>('/sms', { to, text, party, key }),
}
