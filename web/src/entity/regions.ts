// The hub knows the provinces, cities and districts; the page asks for one level at a
// time and keeps what it heard.
import { api } from '@/api/client'
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

const levels = new Map<string, Promise<RegionRow[]>>()

/** childrenOf lists the level below a code, '' for the provinces. */
export function childrenOf(code: string): Promise<RegionRow[]> {
  let level = levels.get(code)
  if (!level) {
    level = api.get<{ rows: RegionRow[] }>('/regions', { query: { parent: code } }).then((a) => a.rows)
    level.catch(() => levels.delete(code))
    levels.set(code, level)
  }
  return level
}

/** findRegions takes names, pieces of them, 浙杭西, and pinyin initials. */
export async function findRegions(q: string, signal?: AbortSignal): Promise<RegionRow[]> {
  return (await api.get<{ rows: RegionRow[] }>('/regions', { query: { q }, signal })).rows
}

/** splitLine cuts "name phone address" as a courier's customer pastes it. */
export function splitLine(text: string): Promise<SplitLine> {
  return api.post<SplitLine>('/regions/split', { text })
}
