// The wire contract between hub and page.

export type Lang = 'zh-CN' | 'zh-TW' | 'en'
export type Theme = 'system' | 'light' | 'dark'
export type Role = 'admin' | 'manager' | 'sales'
export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'neutral'

/** Money counts minor units (分) of its own currency, never of the page's language. */
export interface Money {
  minor: number
  currency: string
}

export interface ErrorBody {
  code: 'invalid' | 'conflict' | 'forbidden' | 'not_found' | 'unauthorized' | 'locked' | 'rate_limited' | 'internal' | 'unavailable'
  key?: string
  message: string
  field?: string
  fields?: { field: string; message: string }[]
  retryAfter?: number
}

export interface Me {
  id: string
  name: string
  login: string
  role: Role
  lang: Lang
  theme: Theme
  density: 'comfortable' | 'compact'
  ringSound: 'off' | 'once' | 'repeat'
  callerDisplay: boolean
  mustChangePassword: boolean
  company: string
  areaCode: string
  csrf: string
  technician: boolean
}

export interface User {
  id: string
  login: string
  name: string
  role: Role
  active: boolean
  callerDisplay: boolean
  lines?: number[]
  password?: string
}

export interface Settings {
  company: string
  areaCode: string
  recordIncoming: boolean
  recordOutgoing: boolean
  lines: { id: number; label: string; users: string[] }[]
}

// ---- records ----

export type FieldType =
  | 'text' | 'longtext' | 'int' | 'money' | 'date' | 'datetime' | 'bool' | 'select'
  | 'phones' | 'email' | 'url' | 'ref' | 'user'

export interface Option {
  id: string
  label: string
  tone?: Tone
}

export interface Field {
  key: string
  type: FieldType
  label: string
  required?: boolean
  readOnly?: boolean
  width?: number
  options?: Option[]
  ref?: string
  hint?: string
  sortable?: boolean
  max?: number
}

export interface Entity {
  name: string
  label: string
  plural: string
  icon: string
  title: string
  subtitle?: string
  fields: Field[]
  list: { columns: string[]; sort: Sort }
  phone: { title: string; badge?: string; right?: string; second?: string }
  form: { sections: { label: string; fields: string[] }[] }
  filters: string[]
  actions: { create: boolean; edit: boolean; delete: boolean }
  related: { entity: string; field: string; label: string }[]
  party: boolean
}

export interface MenuItem {
  key: string
  label: string
  icon: string
  to: string
  group?: string
}

export interface Meta {
  rev: number | string
  entities: Record<string, Entity>
  menu: MenuItem[]
  users: { id: string; name: string }[]
}

export interface Phone {
  label: 'mobile' | 'office' | 'home' | 'fax' | 'other'
  number: string
  display?: string
  place?: string
}
export interface RefValue {
  id: string
  label: string
  entity: string
}
export interface UserValue {
  id: string
  name: string
}
export type Value = string | number | boolean | Money | Phone[] | RefValue | UserValue | null | undefined
export type Values = Record<string, Value>

export interface Rec {
  id: string
  rev: number
  entity: string
  label: string
  values: Values
  createdAt: number
  updatedAt: number
  createdBy?: UserValue
  updatedBy?: UserValue
  may: { edit: boolean; delete: boolean }
}

export interface Sort {
  field: string
  desc: boolean
}
export type FilterOp = 'eq' | 'ne' | 'in' | 'lt' | 'le' | 'gt' | 'ge' | 'contains' | 'empty' | 'notEmpty'
export type Filter =
  | { and: Filter[] }
  | { or: Filter[] }
  | { field: string; op: FilterOp; value?: unknown }

export interface Query {
  search?: string
  filter?: Filter
  sort?: Sort
  after?: string
  limit?: number
  count?: boolean
}
export interface Page<T = Rec> {
  rows: T[]
  next?: string
  count?: number
  capped?: boolean
}

export interface Hit {
  entity: string
  id: string
  label: string
  owner?: string
  field: string
  value: string
  open: boolean
}

export interface LookupRow {
  entity: string
  id: string
  label: string
  sub?: string
}
export interface SearchGroup {
  entity: string
  label: string
  rows: { id: string; label: string; sub?: string }[]
}

export interface TimelineItem {
  id: string
  at: number
  kind: 'call' | 'sms' | 'activity' | 'record'
  who?: UserValue
  title: string
  text?: string
  call?: Call
  sms?: SMS
  record?: { entity: string; id: string; label: string; entityLabel: string }
}

// ---- calls ----

export interface PartyRef {
  entity: string
  id: string
  label: string
  contact?: { id: string; label: string }
}

export interface Call {
  id: string
  line: number
  lineLabel: string
  direction: 'in' | 'out'
  state: 'ringing' | 'talking' | 'ended'
  outcome?: 'answered' | 'missed' | 'interrupted'
  startedAt: number
  answeredAt?: number
  endedAt?: number
  talkMs?: number
  number: string
  display: string
  caller: 'known' | 'unknown' | 'shared' | 'withheld' | 'unavailable' | 'unreadable' | 'none'
  place?: string
  carrier?: string
  callerName?: string
  handler?: UserValue
  party?: PartyRef
  ignored?: boolean
  recording?: { state: 'recording' | 'ready' | 'failed'; durationMs?: number; complete?: boolean; play: boolean; why?: string }
  notes: { user: UserValue; text: string; at: number }[]
  burstEnd?: number
  restricted?: { owner: string }
}

export interface Candidate {
  entity: string
  id: string
  label: string
  sub?: string
  owner?: string
  last?: { at: number; text: string }
  contact?: { id: string; label: string }
}

export interface Card {
  call: Call
  mine: { addressed: boolean; closed: boolean }
  party?: {
    entity: string
    id: string
    label: string
    kindLabel: string
    level?: { label: string; tone: Tone }
    company?: string
    owner?: UserValue
    contact?: { id: string; label: string; title?: string }
  }
  balance?: { due: Money; overdue: Money }
  tickets?: { count: number; newest?: { id: string; no: string; title: string } }
  opportunities?: { count: number; newest?: { id: string; title: string; amount?: Money } }
  orders?: { id: string; no: string; date: string; amount: Money; state: { label: string; tone: Tone } }[]
  recent: { at: number; kind: string; who: string; text: string }[]
  candidates: Candidate[]
  near: Candidate[]
  missedBefore?: number
  actions: { open: boolean; create: string[]; start: string[]; sms: boolean; take: boolean }
  note: { version: number; text: string }
}

export interface LineState {
  id: number
  label: string
  state: 'idle' | 'ringing' | 'talking' | 'fault'
  call?: string
  since?: number
  why?: string
}

export interface SMS {
  id: string
  direction: 'in' | 'out'
  number: string
  display: string
  text: string
  state: 'queued' | 'sending' | 'sent' | 'delivered' | 'failed' | 'unknown' | 'received'
  at: number
  parts?: number
  why?: string
  user?: UserValue
  party?: PartyRef
  complete?: boolean
}
