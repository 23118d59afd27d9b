import { api } from '@/api/client'
import type { Page, SMS } from '@/api/types'

export interface SmsQuery {
  party?: string
  number?: string
  inbox?: 1
  after?: string
}

const sms = (id: string) => '/sms/' + encodeURIComponent(id)

export const smsApi = {
  list: (query: SmsQuery) => api.get<Page<SMS>>('/sms', { query: { ...query } }),
  send: (to: string, text: string, key: string, party?: { entity: string; id: string }) => api.post<SMS>('/sms', { to, text, party, key }),
  resend: (id: string) => api.post<SMS>(sms(id) + '/resend'),
  link: (id: string, to: { entity: string; id: string }) => api.post<SMS>(sms(id) + '/link', to),
}
