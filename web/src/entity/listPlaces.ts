// Where lists were left, by address, so that Back comes to the same rows at the same
// height. Kept while the page lives.
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
export function placeOf(address: string): Left | undefined {
  return places.get(address)
}
