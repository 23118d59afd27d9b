// Saving one field of a record from a list: shown at once, put right when the hub says
// otherwise, and never over what somebody else has just written into the same field.
import { ApiError } from '@/api/client'
import type { Field, Rec, Value } from '@/api/types'
import { sameValue, toWrite } from './fields/values'
import { records } from './records'

/** Two people changed the same field to different values: a person decides. */
export class FieldConflict extends Error {
  constructor(readonly field: Field, readonly mine: Value, readonly current: Rec) {
    super('conflict')
  }
}

/** saveField writes a value over that of row. inTable: it was typed into a cell of the list. It returns the record as it is then, or throws FieldConflict. */
export async function saveField(row: Rec, field: Field, value: Value, inTable = false): Promise<Rec> {
  let base = row
  for (let tries = 0; ; tries++) {
    try {
      const saved = await records.update(row.entity, row.id, base.rev, { [field.key]: toWrite(field, value) }, { inTable })
      void import('@/api/queries').then(({ queryClient }) => queryClient.setQueryData(['record', row.entity, row.id], saved))
      return saved
    } catch (err) {
      const current = err instanceof ApiError && err.status === 409 ? (err.data as { current?: Rec }).current : undefined
      if (!current || tries > 2) throw err
      // Others may have changed other fields: this one goes on top.
      if (!sameValue(field, current.values[field.key], row.values[field.key]) && !sameValue(field, current.values[field.key], value)) throw new FieldConflict(field, value, current)
      base = current
    }
  }
}
