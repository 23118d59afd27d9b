// Asking before data leaves: what the hub refuses for want of a reason or an approval
// is asked for, and done again with the grant it gives.
import { shallowRef } from 'vue'
import { api, ApiError } from './client'
import type { components } from './schema.gen'

export type Wish = Omit<components['schemas']['AccessWish'], 'reason'>
type Request = components['schemas']['AccessRequest']

/** What stands before the user now; GrantDialog answers it. */
export const wished = shallowRef<{ wish: Wish; text: string; answer: (grant: string | undefined) => void } | null>(null)

/** The header a grant goes along in. */
export const grantHeader = 'X-Grant'

export const isAsked = (err: unknown): err is ApiError => err instanceof ApiError && /^audit\.(reason|approval)_needed$/.test(err.body.key ?? '')

/**
 * withGrant runs an export, print or mass sending. Where the office wants a reason first
 * the user is asked and it runs again; where it wants approval the request is sent, and
 * undefined returned: it can be run once the keeper agreed.
 */
export async function withGrant<T>(wish: Wish, run: (grant?: string) => Promise<T>): Promise<T | undefined> {
  try {
    return await run()
  } catch (err) {
    if (!isAsked(err)) throw err
    const approved = (await api.get<{ rows: Request[] }>('/access-requests', { query: { state: 'approved' } })).rows
    const found = approved.find((r) => r.kind === wish.kind && same(r.named, wish) && (r.expiresAt ?? 0) > Date.now())
    const grant = found?.id ?? (await askFor(wish, err.message))
    return grant ? run(grant) : undefined
  }
}

/** askFor asks the user what for, and resolves with the grant if there is one at once. */
export function askFor(wish: Wish, text: string): Promise<string | undefined> {
  wished.value?.answer(undefined)
  return new Promise((resolve) => {
    wished.value = {
      wish,
      text,
      answer(grant) {
        wished.value = null
        resolve(grant)
      },
    }
  })
}

function same(a: Request['named'], b: Wish): boolean {
  const key = (x: Request['named'] | Wish) => JSON.stringify([x.entity, x.search ?? '', x.filter ?? null, [...(x.ids ?? [])].sort()])
  return key(a) === key(b)
}
