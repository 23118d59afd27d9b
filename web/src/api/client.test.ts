import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { emit, on } from './bus'
import { api, ApiError, messageOf, setCsrf, setRequestLang } from './client'

function answer(status: number, body: unknown) {
  const fetch = vi.fn<(url: string, init: RequestInit) => Promise<Response>>(async () => new Response(JSON.stringify(body), { status }))
  vi.stubGlobal('fetch', fetch)
  return fetch
}
const headersOf = (fetch: ReturnType<typeof answer>) => fetch.mock.calls[0]?.[1].headers as Record<string, string>

beforeEach(() => {
  setCsrf('token-1')
  setRequestLang('zh-TW', '連不上')
})
afterEach(() => vi.unstubAllGlobals())

describe('client', () => {
  test('a write carries the token and the language, a read only the language', async () => {
    const write = answer(200, {})
    await api.post('/o/customer', { values: {} })
    expect(headersOf(write)).toMatchObject({ 'X-CSRF': 'token-1', 'X-Lang': 'zh-TW' })
    const read = answer(200, {})
    await api.get('/me')
    expect(headersOf(read)['X-CSRF']).toBeUndefined()
    expect(headersOf(read)['X-Lang']).toBe('zh-TW')
  })

  test('empty parameters stay out of the address', async () => {
    const fetch = answer(200, {})
    await api.get('/search', { query: { q: '王 强&', limit: undefined, after: '' } })
    expect(fetch.mock.calls[0]?.[0]).toBe('/api/search?q=%E7%8E%8B+%E5%BC%BA%26')
  })

  test("an error body becomes an ApiError with the hub's words and all of its answer", async () => {
    answer(409, { error: { code: 'conflict', message: '已被修改' }, current: { rev: 7 } })
    const err = await api.put('/o/customer/1', {}).catch((e: unknown) => e)
    expect(err).toBeInstanceOf(ApiError)
    expect(err).toMatchObject({ status: 409, code: 'conflict', message: '已被修改', data: { current: { rev: 7 } } })
  })

  test('an answer that is no JSON, as from a proxy, still says something', async () => {
    vi.stubGlobal('fetch', async () => new Response('<html>Bad gateway', { status: 502 }))
    expect(messageOf(await api.get('/me').catch((e: unknown) => e))).toBe('連不上')
  })

  test('no answer at all is told as offline', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('Failed to fetch')))
    expect(await api.get('/me').catch((e: unknown) => e)).toMatchObject({ offline: true, message: '連不上' })
  })

  test('a request called off is not reported as a failure of the hub', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new DOMException('', 'AbortError')))
    expect(await api.get('/me').catch((e: unknown) => e)).toBeInstanceOf(DOMException)
  })

  test('401 ends the session once the user was in, not at the login itself', async () => {
    const bye = vi.fn()
    const off = on('bye', bye)
    answer(401, { error: { code: 'unauthorized', message: '请登录' } })
    await api.post('/login', {}, { anonymous: true }).catch(() => {})
    expect(bye).not.toHaveBeenCalled()
    await api.get('/o/customer/1').catch(() => {})
    expect(bye).toHaveBeenCalledWith({ reason: 'expired' })
    off()
    emit('bye', { reason: 'x' })
    expect(bye).toHaveBeenCalledTimes(1)
  })
})
