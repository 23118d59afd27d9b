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
export type ShownPage = Schema['ShownPage']
export type Favourite = Schema['Favourite']
export type Family = Schema['Family']
export type ErrorBody = Omit<Schema['Error'], 'key'> & { key?: string }

/** Money counts minor units (分) of its own currency, never of the page's language. */
export type Money = Schema['Money']

// ---- records ----

/** Every type a field may have; those of the description and those that are on their way into it. */
export type FieldType =
  | Schema['FieldType'] | 'number' | 'im' | 'decimal' | 'percent' | 'rating' | 'multiselect' | 'region' | 'refs' | 'dept' | 'file' | 'image'
  | 'serial' | 'formula' | 'lines'
export type Option = Omit<Schema['Option'], 'tone'> & { tone?: Tone; /** Stays on old records, is not offered. */ retired?: boolean }
export type Phone = Schema['PhoneNumber']
export type RefValue = Schema['RefValue']
export type UserValue = Schema['Person']
export interface RegionValue {
  /** Of GB/T 2260: 2 digits a province, 4 a city, 6 a district; '' for a place typed freely. */
  code: string
  name: string
  country?: string
  province?: string
  city?: string
  text?: string
}
export interface FileValue {
  id: string
  name: string
  /** bytes */
  size: number
  type: string
}
/** A row of a lines field; one not saved yet has no id. */
export interface Line {
  id?: string
  values: Values
}
export type Value = Schema['Value'] | string[] | RefValue[] | FileValue[] | Line[] | RegionValue | undefined
export type Values = Record<string, Value>
export type Field = Omit<Schema['Field'], 'options' | 'required' | 'readOnly' | 'type' | 'ops' | 'lines' | 'showIf' | 'result'> & {
  type: FieldType
  ops?: FilterOp[]
  required?: boolean
  readOnly?: boolean
  options?: Option[]
  unique?: boolean
  /** The dictionary its options come from. */
  dict?: string
  /** May add to that dictionary from a form. */
  extend?: boolean
  /** Places of a decimal or percent. */
  decimals?: number
  /** Which chat service an `im` value belongs to. */
  im?: string
  mask?: 'list' | 'all'
  custom?: boolean
  /** The form shows the field only while this holds. */
  showIf?: Filter
  /** A region inside China is chosen by its code, not typed freely. */
  chained?: boolean
  /** Of a formula: the type of its result, and the formula where it may be computed while typing. */
  result?: FieldType
  formula?: string
  /** Of a lines field: what each line holds. */
  lines?: { fields: Field[] }
}
export type Entity = Omit<Schema['Entity'], 'fields'> & { fields: Field[] }
/** Consecutive items of one group stand under its heading. */
export type MenuItem = Schema['MenuItem'] & { group?: string }
export type Meta = Omit<Schema['Meta'], 'entities' | 'menu'> & { entities: Record<string, Entity>; menu: MenuItem[]; departments?: UserValue[] }
export type Rec = Omit<Schema['Record'], 'values'> & {
  values: Values
  /** Set on a deleted record, where one may be seen. */
  deletedAt?: number
}
export type Sort = Schema['Sort']
export type FilterOp = Schema['Op']
export type Filter = Schema['Filter']
export type Query = Schema['Query']
export type View = Schema['View']
export type ViewSpec = Schema['ViewSpec']
export type ViewColumn = Schema['ViewColumn']
export type ViewShare = Schema['ViewShare']
export type Summary = Schema['Summary']
export type Bulk = Schema['Bulk']
export type BulkIn = Schema['BulkIn']
export type BatchResult = Schema['BatchResult']
export type Deleted = Schema['Deleted']
export type PersonFigures = Schema['PersonFigures']
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
