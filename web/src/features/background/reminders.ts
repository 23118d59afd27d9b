import type { Rec } from '@/api/types'

/** How long before an appointment its reminder comes, and how late one may still come. */
export const leadMinutes = 10
const lateMinutes = 30

/** dueReminders are the entries that begin within ten minutes, or did in the last half hour, and were neither done nor told. */
export function dueReminders(entries: Rec[], now: number, told: Set<string>): Rec[] {
  return entries.filter((e) => {
    const start = e.values.start
    return typeof start === 'number' && !e.values.done && !told.has(e.id + start) && start - now <= leadMinutes * 60_000 && now - start <= lateMinutes * 60_000
  })
}
