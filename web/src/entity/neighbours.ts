// The list a record was opened from, so that its page can go on to the next one.
import { shallowReactive } from 'vue'

const lists = shallowReactive<Record<string, string[]>>({})

/** rememberList keeps the ids of a list as far as it has been read. */
export function rememberList(entity: string, ids: string[]): void {
  lists[entity] = ids
}

export interface Neighbours {
  previous?: string
  next?: string
  /** Counted from 1. */
  at: number
}
/** neighboursOf finds a record in the last list of its kind; null when it came from elsewhere. */
export function neighboursOf(entity: string, id: string): Neighbours | null {
  const ids = lists[entity]
  const at = ids?.indexOf(id) ?? -1
  return ids && at >= 0 ? { previous: ids[at - 1], next: ids[at + 1], at: at + 1 } : null
}
