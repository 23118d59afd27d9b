// What the import pages ask of the hub.
import { api, ApiError, requestHeaders } from '@/api/client'
import type { components } from '@/api/schema.gen'
import type { Entity, Field } from '@/api/types'

type S = components['schemas']
export type Import = S['Import']
export type Plan = S['ImportPlan']
export type Column = S['ImportColumn']
export type Glance = S['ImportGlance']
export type Preview = S['ImportPreview']
export type Row = S['ImportRow']
export type Choice = S['ExchangeChoice']
export type Server = S['ImportServer']
export type Action = Plan['action']

export const actions: Action[] = ['skip', 'fill', 'overwrite', 'ask', 'create']

const piece = 1 << 20

export const imports = {
  list: (entity: string) => api.get<{ rows: Import[] }>('/imports', { query: { entity } }).then((r) => r.rows),
  get: (id: string) => api.get<Import>('/imports/' + id),
  add: (body: S['NewImport']) => api.post<Import>('/imports', body),
  drop: (id: string) => api.delete('/imports/' + id),
  tables: (id: string) => api.get<{ tables: { name: string; rows?: number }[] }>(`/imports/${id}/tables`).then((r) => r.tables),
  look: (id: string, body: S['ImportLook']) => api.post<Glance>(`/imports/${id}/look`, body),
  preview: (id: string, plan: Plan) => api.post<Preview>(`/imports/${id}/preview`, plan),
  run: (id: string, plan: Plan) => api.post<Import>(`/imports/${id}/run`, plan),
  stop: (id: string) => api.post(`/imports/${id}/stop`),
  rows: (id: string, state: string, after = 0) => api.get<{ rows: Row[] }>(`/imports/${id}/rows`, { query: { state, after } }).then((r) => r.rows),
  decide: (id: string, rows: Record<string, Action>, all?: Action) => api.post<Import>(`/imports/${id}/decide`, { rows, all }),
  undo: (id: string) => api.post<Import>(`/imports/${id}/undo`),

  /** send brings a file in pieces, so that a break costs one of them and no request is large. */
  async send(entity: string, file: Blob & { name?: string }, o: { paste?: boolean; name: string; progress: (share: number) => void; signal: AbortSignal }): Promise<Import> {
    const job = await this.add({ entity, name: o.name, size: file.size, paste: o.paste ?? false })
    for (let at = 0; at < file.size; ) {
      at = await sendPiece(job.id, at, file.slice(at, at + piece), o.signal)
      o.progress(at / file.size)
    }
    return job
  },
}

async function sendPiece(id: string, at: number, body: Blob, signal: AbortSignal): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      const res = await fetch(`/api/imports/${id}/bytes?at=${at}`, { method: 'PUT', headers: { ...requestHeaders(), 'Content-Type': 'application/octet-stream' }, body, signal, credentials: 'same-origin' })
      const data = (await res.json()) as { received: number; error?: ConstructorParameters<typeof ApiError>[1] }
      if (!res.ok) throw new ApiError(res.status, data.error ?? { code: 'unavailable', message: '' }, data)
      return data.received
    } catch (err) {
      // The office's wireless comes and goes; what the hub refused stays refused.
      if (err instanceof ApiError || signal.aborted || tries === 4) throw err
      await new Promise((done) => setTimeout(done, 500 * tries))
    }
  }
}

/** What a column can become: a field, or for some a part of one. */
export interface Target {
  id: string
  field: Field
  part?: string
  label: string
}
const partsOf: Partial<Record<string, string[]>> = { phones: ['mobile', 'office', 'home', 'fax', 'other'], region: ['country', 'province', 'city', 'text'] }

export function targetsOf(entity: Entity, fields: string[], t: (key: string) => string): Target[] {
  return fields.flatMap((key) => {
    const field = entity.fields.find((f) => f.key === key)
    if (!field) return []
    const whole: Target = { id: key, field, label: field.label }
    return [whole, ...(partsOf[field.type] ?? []).map((part) => ({ id: `${key}/${part}`, field, part, label: `${field.label} · ${t(`exchange.part.${field.type}.${part}`)}` }))]
  })
}
export const idOf = (c: Column) => (c.part ? `${c.field}/${c.part}` : c.field)

export const ended = (job: Import) => job.state !== 'running' && job.state !== 'undoing'
export const toneOf: Record<Import['state'], string> = { new: 'neutral', running: 'info', asking: 'warn', done: 'ok', stopped: 'warn', failed: 'bad', undoing: 'info', undone: 'neutral' }
