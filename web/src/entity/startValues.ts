import type { Field, Me, Values } from '@/api/types'
import { today } from '@/lib/time'

/**
 * startValues is what a new record begins with: the fields' defaults, today or
 * now where a date is required, and the user himself as owner.
 */
export function startValues(fields: Field[], me: Me | null): Values {
  const out: Values = {}
  for (const f of fields) {
    if (f.readOnly) continue
    if (f.default !== undefined && f.default !== null && f.type !== 'ref' && f.type !== 'user') out[f.key] = f.default
    else if (f.type === 'user' && f.key === 'owner' && me) out[f.key] = { id: me.id, name: me.name }
    else if (f.required && f.type === 'date') out[f.key] = today()
    else if (f.required && f.type === 'datetime') out[f.key] = Math.floor(Date.now() / 60_000) * 60_000
  }
  return out
}
