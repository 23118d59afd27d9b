import { api } from '@/api/client'
import type { components } from '@/api/schema.gen'

type Schema = components['schemas']
export type LogEntry = Schema['LogEntry']
export type LogName = LogEntry['log']
export type LogReport = Schema['LogReport']
export type AccessRequest = Schema['AccessRequest']
export type Policy = Schema['SecurityPolicy']
export type Alert = Schema['AccessAlert']
export type Traffic = Schema['Traffic']
export type Usage = Schema['Usage']
export type PageMark = Schema['PageMark']
export type Finding = Schema['Finding']
export type Feedback = Schema['Feedback']

export interface LogFilter {
  user?: string
  kind?: string
  via?: string
  from?: number
  to?: number
  q?: string
}
interface Entries {
  rows: LogEntry[]
  next?: number
}
interface Rows<T> {
  rows: T[]
}

export const audit = {
  log: (log: LogName, filter: LogFilter, before?: number) => api.get<Entries>(`/logs/${log}`, { query: { ...filter, before } }),
  csv: (log: LogName, filter: LogFilter) => {
    const params = new URLSearchParams()
    for (const [key, value] of Object.entries(filter)) if (value) params.set(key, String(value))
    return `/api/logs/${log}/csv?${params}`
  },
  verify: () => api.post<{ logs: LogReport[] }>('/logs/verify'),
  changes: (entity: string, id: string, before?: number) => api.get<Entries>(`/o/${entity}/${id}/changes`, { query: { before } }),
  access: (entity: string, id: string, before?: number) => api.get<Entries>(`/o/${entity}/${id}/access`, { query: { before } }),
  requests: (box: 'mine' | 'inbox', state?: string) => api.get<Rows<AccessRequest>>('/access-requests', { query: { box, state } }),
  ask: (wish: Schema['AccessWish']) => api.post<AccessRequest>('/access-requests', wish),
  decide: (id: string, approve: boolean, remark: string) => api.post<AccessRequest>(`/access-requests/${id}/decide`, { approve, remark }),
  policy: () => api.get<Policy>('/security/policy'),
  setPolicy: (policy: Policy) => api.put<Policy>('/security/policy', policy),
  alerts: () => api.get<Rows<Alert>>('/security/alerts'),
  see: (id: string) => api.post(`/security/alerts/${id}/seen`),
  traffic: (from: string, to: string) => api.get<Rows<Traffic>>('/security/traffic', { query: { from, to } }),
  usage: (from: string, to: string) => api.get<Rows<Usage>>('/security/usage', { query: { from, to } }),
  mark: (code: string) => api.get<PageMark>(`/security/marks/${encodeURIComponent(code)}`),
  findings: (entity?: string, id?: string) => api.get<Rows<Finding>>('/security/findings', { query: { entity, id } }),
  putFinding: (id: string | undefined, finding: Schema['FindingChange']) =>
    id ? api.put<Finding>(`/security/findings/${id}`, finding) : api.post<Finding>('/security/findings', finding),
  feedback: (all: boolean) => api.get<Rows<Feedback>>('/feedback', { query: { all: all || undefined } }),
  giveFeedback: (text: string, page: string) => api.post<Feedback>('/feedback', { text, page }),
  answer: (id: string, answer: string) => api.post(`/feedback/${id}/answer`, { answer }),
}
