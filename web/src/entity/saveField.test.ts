import { afterEach, expect, test, vi } from 'vitest'
import type { Field, Rec } from '@/api/types'
import { FieldConflict, saveField } from './saveField'

const field = { key: 'city', type: 'text', label: '城市' } as Field
const row = (rev: number, values: Rec['values']) => ({ id: '1', rev, entity: 'customer', label: 'x', values }) as Rec

/** A hub that holds `current`. */
function hub(current: Rec) {
  const sent: { rev: number; values: Record<string, unknown> }[] = []
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    const body = JSON.parse(String(init.body)) as { rev: number; values: Rec['values'] }
    sent.push(body)
    if (body.rev !== current.rev) return new Response(JSON.stringify({ error: { code: 'conflict', message: '' }, current }), { status: 409 })
    return new Response(JSON.stringify({ ...current, rev: current.rev + 1, values: { ...current.values, ...body.values } }))
  })
  return sent
}
afterEach(() => vi.unstubAllGlobals())

test('CFG-10 a cell saves on the row as it is', async () => {
  const sent = hub(row(3, { city: '杭州' }))
  expect((await saveField(row(3, { city: '杭州' }), field, '宁波')).values.city).toBe('宁波')
  expect(sent).toEqual([{ rev: 3, values: { city: '宁波' } }])
})
test('another field changed meanwhile: both stay', async () => {
  const sent = hub(row(5, { city: '杭州', level: 'a' }))
  expect((await saveField(row(3, { city: '杭州', level: 'b' }), field, '宁波')).values).toEqual({ city: '宁波', level: 'a' })
  expect(sent.map((s) => s.rev)).toEqual([3, 5])
})
test('the same field changed meanwhile: nothing is overwritten', async () => {
  const sent = hub(row(5, { city: '上海' }))
  await expect(saveField(row(3, { city: '杭州' }), field, '宁波')).rejects.toBeInstanceOf(FieldConflict)
  expect(sent).toHaveLength(1)
})
