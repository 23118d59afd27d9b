import { afterEach, describe, expect, test, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import { emit } from '@/api/bus'
import type { Query, Rec } from '@/api/types'
import { useRows } from './rows'

// A hub with `total` records whose cursor is the index of the last row given.
function hub(total: number) {
  const asked: Query[] = []
  let fail = false
  let version = 1
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    const q = JSON.parse(String(init.body)) as Query
    asked.push(q)
    if (fail) return new Response(JSON.stringify({ error: { code: 'internal', message: '坏了' } }), { status: 500 })
    const from = q.after ? Number(q.after) : 0
    const to = Math.min(total, from + (q.limit ?? 50))
    const rows = Array.from({ length: to - from }, (_, i) => ({ id: `${from + i}`, rev: version, label: `r${from + i}` }) as Rec)
    return new Response(JSON.stringify({ rows, next: to < total ? String(to) : undefined, count: q.count ? total : undefined }))
  })
  return { asked, set fail(v: boolean) { fail = v }, bump: () => version++ }
}
const settled = async (condition: () => boolean) => vi.waitFor(() => expect(condition()).toBe(true), { timeout: 5000 })
let scope = effectScope()
afterEach(() => {
  scope.stop()
  vi.unstubAllGlobals()
})
function start(query = ref<Query>({})) {
  scope = effectScope()
  return { rows: scope.run(() => useRows(() => 'customer', () => query.value))!, query }
}

describe('rows', () => {
  test('one page is fetched first, the next when the list comes near its end', async () => {
    const { asked } = hub(120)
    const { rows } = start()
    await settled(() => rows.known.value === 50)
    expect(rows.count.value).toBe(120)
    expect(rows.more.value).toBe(true)
    expect(rows.rowAt(49)?.id).toBe('49')
    expect(rows.rowAt(50)).toBeUndefined()
    rows.ensure(30, 45)
    await settled(() => rows.known.value === 100)
    rows.ensure(80, 99)
    await settled(() => rows.known.value === 120)
    expect(rows.more.value).toBe(false)
    expect(rows.length.value).toBe(120)
    expect(asked.map((q) => q.after)).toEqual([undefined, '50', '100'])
  })

  test('CUS-52 with 200 set, 200 of 5,000 are loaded and more are known to exist', async () => {
    const { asked } = hub(5000)
    scope = effectScope()
    const rows = scope.run(() => useRows(() => 'customer', () => ({}), () => 200))!
    for (let n = 1; n <= 4; n++) {
      await settled(() => rows.known.value === 50 * n)
      rows.ensure(50 * n - 10, 50 * n - 1)
    }
    expect(rows.more.value).toBe(false)
    expect(rows.length.value).toBe(200)
    expect(rows.following.value).toBe('200')
    expect(rows.count.value).toBe(5000)
    rows.next()
    await settled(() => rows.rowAt(0)?.id === '200')
    expect([rows.page.value, rows.before.value, rows.count.value]).toEqual([2, 200, 5000])
    rows.previous()
    await settled(() => rows.rowAt(0)?.id === '0')
    expect(asked.filter((q) => q.count)).toHaveLength(2)
  })

  test('a list comes back to the page and row it was left at', async () => {
    hub(1000)
    scope = effectScope()
    const rows = scope.run(() => useRows(() => 'customer', () => ({}), () => 100, () => ({ starts: [undefined, '100'], first: 80 })))!
    await settled(() => rows.known.value === 100 && !rows.more.value)
    expect(rows.rowAt(80)?.id).toBe('180')
    await settled(() => rows.count.value === 1000)
  })

  test('pages far from sight are let go and come back by their cursor', async () => {
    const { asked } = hub(2000)
    const { rows } = start()
    await settled(() => rows.known.value === 50)
    for (let n = 0; n < 20; n++) {
      const before = rows.known.value
      rows.ensure(before - 10, before - 1)
      await settled(() => rows.known.value > before)
    }
    rows.ensure(1000, 1020)
    expect(rows.rowAt(10)).toBeUndefined()
    expect(rows.known.value).toBe(1050)
    asked.length = 0
    rows.ensure(0, 20)
    await settled(() => rows.rowAt(10)?.id === '10')
    expect(asked[0]?.after).toBeUndefined()
  })

  test('another filter begins anew; an answer to the old one is dropped', async () => {
    hub(10)
    const { rows, query } = start()
    await settled(() => rows.known.value === 10)
    query.value = { search: 'x' }
    await nextTick()
    expect(rows.ready.value).toBe(false)
    await settled(() => rows.ready.value)
    expect(rows.known.value).toBe(10)
  })

  test('a change reported by the live stream refreshes what is in sight', async () => {
    const server = hub(10)
    const { rows } = start()
    await settled(() => rows.known.value === 10)
    server.bump()
    emit('changed', { entity: 'customer', id: '3', rev: 2 })
    await settled(() => rows.rowAt(3)?.rev === 2)
  })

  test('a failure is kept to be shown, and trying again works', async () => {
    const server = hub(10)
    server.fail = true
    const { rows } = start()
    await settled(() => !!rows.error.value)
    server.fail = false
    rows.reload()
    await settled(() => rows.known.value === 10)
    expect(rows.error.value).toBeNull()
  })
})
