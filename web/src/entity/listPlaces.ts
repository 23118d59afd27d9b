// Where lists were left, by address, so that Back comes to the same rows at the same
// height. Kept while the page lives.
import type { Query } from '@/api/types'
import type { Place } from './rows'

interface Left {
  /** What the list had been asked; another question begins at its start. */
  query: string
  rows: Place
}
const places = new Map<string, Left>()
const maxPlaces = 20

export function rememberPlace(address: string, query: string, rows: Place): void {
  places.delete(address)
  places.set(address, { query, rows })
  if (places.size > maxPlaces) places.delete(places.keys().next().value as string)
}
/** lastQuery is what the list of an entity was last asked, as far as this page remembers. */
export function lastQuery(entity: string): Query | undefined {
  const left = [...places].reverse().find(([address]) => address.split('?')[0] === '/o/' + entity)
  return left && (JSON.parse(left[1].query) as Query)
}
export function placeOf(address: string): Left | undefined {
  return places.get(address)
}
