import { expect, test } from 'vitest'
import type { Rec } from '@/api/types'
import { dueReminders } from './reminders'

const minute = 60_000
const now = Date.UTC(2026, 10, 22, 9)
const entry = (id: string, inMinutes: number, values = {}): Rec => ({ id, entity: 'schedule', rev: 1, label: id, values: { start: now + inMinutes * minute, ...values }, createdAt: 0, updatedAt: 0, may: { edit: true, delete: true } }) as Rec

test('UIX-07 an appointment is told ten minutes before it, once, unless it is done or long past', () => {
  const list = [entry('soon', 10), entry('later', 11), entry('just past', -30), entry('long past', -31), entry('done', 5, { done: true })]
  expect(dueReminders(list, now, new Set()).map((e) => e.id)).toEqual(['soon', 'just past'])
  expect(dueReminders(list, now, new Set(['soon' + (now + 10 * minute)])).map((e) => e.id)).toEqual(['just past'])
})
test('UIX-07 one that was put off is told again', () => {
  expect(dueReminders([entry('moved', 8)], now, new Set(['moved' + now])).map((e) => e.id)).toEqual(['moved'])
})
