// Every request to the hub goes through `api`: it carries the CSRF token and
// the language, and turns an error body into ApiError.
import { emit } from './bus'
import type { ErrorBody } from './types'

export class ApiError extends Error {
  readonly status: number
  readonly body: ErrorBody
  /** The whole answer: a 409 carries more beside `error`, e.g. `current`. */
  readonly data: unknown

  constructor(status: number, body: ErrorBody, data?: unknown) {
    super(body.message)
    this.status = status
    this.body = body
    this.data = data
  }
  get code(): ErrorBody['code'] {
    return this.body.code
  }
  /** The hub could not be reached at all: nothing is known about the request. */
  get offline(): boolean {
    return this.status === 0
  }
}

const state = { csrf: '', lang: 'zh-CN', offline: '' }

export function setCsrf(token: string): void {
  state.csrf = token
}
/** What every request carries; for the one that is not made here (upload.ts). */
export function requestHeaders(): Record<string, string> {
  return { Accept: 'application/json', 'X-Lang': state.lang, 'X-CSRF': state.csrf }
}
/** setRequestLang also gives the sentence for "the hub does not answer", the one error no hub can word. */
export function setRequestLang(lang: string, offlineText: string): void {
  state.lang = lang
  state.offline = offlineText
}

export interface Options {
  query?: Record<string, string | number | boolean | undefined>
  signal?: AbortSignal
  headers?: Record<string, string>
  /** A 401 here means wrong password, not an ended session. */
  anonymous?: boolean
}

async function request<T>(method: string, path: string, body?: unknown, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json', 'X-Lang': state.lang, ...options.headers }
  if (method !== 'GET' && state.csrf) headers['X-CSRF'] = state.csrf
  if (body !== undefined) headers['Content-Type'] = 'application/json'

  let res: Response
  try {
    res = await fetch('/api' + path + search(options.query), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: options.signal,
      credentials: 'same-origin',
    })
  } catch (err) {
    if (err instanceof DOMException && err.name === 'AbortError') throw err
    throw new ApiError(0, { code: 'unavailable', message: state.offline })
  }

  const data: unknown = await res.json().catch(() => undefined)
  if (res.ok) return data as T
  const known = (data as { error?: ErrorBody } | undefined)?.error
  const error = known ?? { code: res.status === 401 ? 'unauthorized' : 'unavailable', message: state.offline }
  if (res.status === 401 && !options.anonymous) emit('bye', { reason: 'expired' })
  if (known?.key === 'session.locked') emit('locked', {})
  if (known?.key === 'rules.needed') emit('rules', {})
  const list = /^\/o\/([^/]+)\/query$/.exec(path)
  if (list && /^audit\./.test(known?.key ?? '')) emit('refused', { entity: list[1]!, text: error.message })
  throw new ApiError(res.status, error as ErrorBody, data)
}

function search(query: Options['query']): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query ?? {})) if (value !== undefined && value !== '') params.set(key, String(value))
  const text = params.toString()
  return text && '?' + text
}

export const api = {
  get: <T>(path: string, options?: Options) => request<T>('GET', path, undefined, options),
  post: <T>(path: string, body: unknown = {}, options?: Options) => request<T>('POST', path, body, options),
  put: <T>(path: string, body: unknown, options?: Options) => request<T>('PUT', path, body, options),
  delete: <T>(path: string, options?: Options) => request<T>('DELETE', path, undefined, options),
}

/** messageOf is what to show a user for any thrown value. */
export function messageOf(err: unknown): string {
  if (err instanceof ApiError) return err.message
  return err instanceof Error ? err.message : String(err)
}
