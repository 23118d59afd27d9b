// The words of the wire contract under the names the page uses. Their shapes
// are generated from the hub's openapi.yaml (`npm run types`).
import type { components } from './schema.gen'

type Schema = components['schemas']

export type Lang = Schema['Lang']
export type Role = Schema['Role']
export type Tone = Schema['Tone']
export type Me = Schema['Me']
export type Theme = Me['theme']
export type User = Schema['User']
export type Settings = Schema['Settings']
export type ErrorBody = Omit<Schema['Error'], 'key'> & { key?: string }

/** Money counts minor units (分) of its own currency, never of the page's language. */
export type Money = Schema['Money']

// ---- records ----

export type FieldType = Schema['FieldType']
export type Option = Omit<Schema['Option'], 'tone'> & { tone?: Tone }
export type Phone = Schema['PhoneNumber']
export type RefValue = Schema['RefValue']
export type UserValue = Schema['Person']
export type Value = Schema['Value'] | undefined
export type Values = Record<string, Value>
export type Field = Omit<Schema['Field'], 'options' | 'required' | 'readOnly'> & { required?: boolean; readOnly?: boolean; options?: Option[] }
export type Entity = Omit<Schema['Entity'], 'fields'> & { fields: Field[] }
/** Consecutive items of one group stand under its heading. */
export type MenuItem = Schema['MenuItem'] & { group?: string }
export type Meta = Omit<Schema['Meta'], 'entities' | 'menu'> & { entities: Record<string, Entity>; menu: MenuItem[] }
export type Rec = Omit<Schema['Record'], 'values'> & { values: Values }
export type Sort = Schema['Sort']
export type FilterOp = Schema['Op']
export type Filter = Schema['Filter']
export type Query = Schema['Query']
export interface Page<T = Rec> {
  rows: T[]
  next?: string
  count?: number
  capped?: boolean
}
export type Hit = Schema['DuplicateHit']
export type LookupRow = Schema['LookupRow']
export type SearchGroup = Schema['SearchGroup']
export type TimelineItem = Schema['TimelineItem']

// ---- telephone ----

export type PartyRef = Schema['PartyRef']
export type Call = Schema['Call']
export type Candidate = Schema['Candidate']
export type Card = Schema['Card']
export type LineState = Schema['LineState']
export type SMS = Schema['SMS']
export type Box = Schema['Box']
