// The hub knows the provinces, cities and districts. The page fetches the list once, it
// never changes under its address, and walks it level by level; what is typed the hub finds.
import { api } from '@/api/client'
import { useMeta } from '@/api/meta'
import type { RegionValue } from '@/api/types'

export interface RegionRow {
  code: string
  /** Its own name in a level, the whole of it in a search. */
  name: string
  /** There is a level below. */
  more?: boolean
}
export interface SplitLine {
  name: string
  phone: string
  region?: RegionValue
  address: string
}

let list: Promise<[code: string, name: string][]> | undefined
function all() {
  const address = useMeta().meta?.options?.regions ?? '/api/regions/1'
  list ??= api.get<[string, string][]>(address.replace(/^\/api/, ''))
  list.catch(() => (list = undefined))
  return list
}

/** childrenOf lists the level below a code of 0, 2 or 4 digits. */
export async function childrenOf(code: string): Promise<RegionRow[]> {
  const regions = await all()
  const level = regions.filter(([c]) => c.length === code.length + 2 && c.startsWith(code))
  return level.map(([c, name]) => ({ code: c, name, more: c.length < 6 && regions.some(([d]) => d.length === c.length + 2 && d.startsWith(c)) }))
}

/** findRegions takes names, pieces of them, 浙杭西, and pinyin initials. */
export async function findRegions(q: string, signal?: AbortSignal): Promise<RegionRow[]> {
  return (await api.get<{ rows: RegionRow[] }>('/regions', { query: { q, limit: 12 }, signal })).rows
}

/** splitLine cuts "name phone address" as a courier's customer pastes it. */
export function splitLine(text: string): Promise<SplitLine> {
  return api.post<SplitLine>('/regions/split', { text })
}
