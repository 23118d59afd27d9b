import type { Entity, Field } from '@/api/types'

export interface Path {
  key: string
  label: string
}

const office = ['name', 'address', 'postcode', 'phone', 'fax', 'email', 'site', 'taxNo', 'bank', 'account', 'line']
const mail = ['address', 'postcode', 'company', 'to', 'phone']
const printing = ['date', 'time', 'user', 'page', 'pages']

const plain = (f: Field) => f.type !== 'lines' && f.type !== 'image' && f.type !== 'file'

/** fieldPaths are the fields of a record on paper, those one step behind a reference too. */
export function fieldPaths(entity: Entity, entityOf: (name: string) => Entity | undefined): Path[] {
  return entity.fields.filter(plain).flatMap((f) => {
    const target = f.type === 'ref' && f.ref ? entityOf(f.ref) : undefined
    return [{ key: f.key, label: f.label }, ...(target?.fields.filter((g) => plain(g) && g.type !== 'ref' && g.key !== target.title).map((g) => ({ key: `${f.key}.${g.key}`, label: `${f.label} · ${g.label}` })) ?? [])]
  })
}

/** otherPaths are what else can stand on paper. */
export function otherPaths(t: (key: string) => string): Path[] {
  const of = (group: string, keys: string[]) => keys.map((key) => ({ key: `${group}.${key}`, label: `${t('print.path.' + group)} · ${t(`print.path.${group}_${key}`)}` }))
  return [...of('office', office), ...of('mail', mail), ...of('print', printing)]
}

export const linesOf = (entity: Entity) => entity.fields.filter((f) => f.type === 'lines')
export const moneyOf = (entity: Entity) => entity.fields.filter((f) => f.type === 'money' || f.result === 'money')
export const columnsOf = (lines: Field): Path[] => (lines.lines?.fields ?? []).map((f) => ({ key: f.key, label: f.label }))
