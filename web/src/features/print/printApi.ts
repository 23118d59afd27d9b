import { api, ApiError, requestHeaders } from '@/api/client'
import { grantHeader, withGrant } from '@/api/grant'
import type { components } from '@/api/schema.gen'
import type { Filter, Sort } from '@/api/types'

type Schema = components['schemas']
export type PrintLayout = Schema['PrintLayout']
export type Layout = Schema['Layout']
export type Element = Schema['Element']
export type Band = Schema['Band']
export type Block = Schema['Block']
export type Column = Schema['PrintColumn']
export type Paper = Schema['Paper']
export type Kind = Schema['PrintKind']
export const kinds: Kind[] = ['document', 'envelope', 'label']

/** What came back: a file the browser holds at an address of its own until `release`. */
export interface Printed {
  url: string
  name: string
  pages: number
  /** Since when what stands on it is kept, where that differs from today. */
  kept?: number
  release: () => void
}

/** pdf posts a wish and keeps the file it is answered with. */
async function pdf(path: string, body: unknown, grant?: string): Promise<Printed> {
  let res: Response
  try {
    res = await fetch('/api' + path, {
      method: 'POST',
      headers: { ...requestHeaders(), 'Content-Type': 'application/json', ...(grant ? { [grantHeader]: grant } : {}) },
      body: JSON.stringify(body),
      credentials: 'same-origin',
    })
  } catch {
    // The client words what no hub can.
    await api.get('/health')
    throw new ApiError(0, { code: 'unavailable', message: '' })
  }
  if (!res.ok) {
    const data = (await res.json().catch(() => undefined)) as { error?: ApiError['body'] } | undefined
    throw new ApiError(res.status, data?.error ?? { code: 'unavailable', message: String(res.status) }, data)
  }
  const name = decodeURIComponent(/filename\*=UTF-8''([^;]+)/.exec(res.headers.get('Content-Disposition') ?? '')?.[1] ?? 'print.pdf')
  const url = URL.createObjectURL(new File([await res.arrayBuffer()], name, { type: 'application/pdf' }))
  return { url, name, pages: Number(res.headers.get('X-Pages')), kept: Number(res.headers.get('X-Kept')) || undefined, release: () => URL.revokeObjectURL(url) }
}

/** A field of a number that was emptied says 0. */
const numbers = new Set(['x', 'y', 'w', 'h', 'size', 'width', 'height', 'top', 'right', 'bottom', 'left', 'rows', 'across', 'down', 'gapX', 'gapY'])
const whole = (layout: Layout): Layout => JSON.parse(JSON.stringify(layout), (key, value: unknown) => (value === '' && numbers.has(key) ? 0 : value)) as Layout

export const printing = {
  layouts: (entity: string) => api.get<{ rows: PrintLayout[]; papers: Paper[]; font: string }>(`/print/${entity}/layouts`),
  layout: (entity: string, id: string) => api.get<PrintLayout>(`/print/${entity}/layouts/${id}`),
  add: (entity: string, body: Schema['PrintLayoutIn']) => api.post<PrintLayout>(`/print/${entity}/layouts`, { ...body, layout: whole(body.layout) }),
  change: (entity: string, id: string, body: Schema['PrintLayoutIn']) => api.put<PrintLayout>(`/print/${entity}/layouts/${id}`, { ...body, layout: whole(body.layout) }),
  drop: (entity: string, id: string) => api.delete(`/print/${entity}/layouts/${id}`),
  /** The bands a layout in ticks becomes, to be drawn on. */
  bands: async (entity: string, layout: Layout) => (await api.post<{ layout: Layout }>(`/print/${entity}/draw`, { layout: whole(layout) })).layout,
  preview: (entity: string, kind: Kind, layout: Layout, id?: string) => pdf(`/print/${entity}/preview`, { kind, layout: whole(layout), id }),
  /** Undefined while a request for it waits for the keeper. */
  records: (entity: string, ids: string[], wish: { layout: string; today?: boolean; skip?: number }) =>
    withGrant({ kind: 'print', entity, ids, count: ids.length } as never, (grant) => pdf(`/o/${entity}/print`, { ids, ...wish }, grant)),
  list: (entity: string, query: { search?: string; filter?: Filter; sort?: Sort }, wish: { ids?: string[]; columns: string[]; title?: string; paper?: string; count: number }) =>
    withGrant({ kind: 'print', entity, search: query.search, filter: query.filter, ids: wish.ids, count: wish.count } as never, (grant) =>
      pdf(`/o/${entity}/print-list`, { ...query, ...wish }, grant),
    ),
}
