// Formulas filled in while somebody types; the hub computes them again when it saves.
import type { Field, Line, Money, RegionValue, Value, Values } from '@/api/types'
import { dayValue, numberOf, parseFormula, plain, rounded, run, type Program, type Result, type Scope } from '@/lib/formula'
import { decimals } from '@/lib/money'
import { dateOf, today } from '@/lib/time'
import { isEmpty } from './fields/values'

const programs = new Map<string, Program | null>()
function programOf(formula: string): Program | null {
  let p = programs.get(formula)
  if (p === undefined) {
    try {
      p = parseFormula(formula)
    } catch {
      p = null // of a newer hub: its value stays as it was sent
    }
    programs.set(formula, p)
  }
  return p
}

const powerOf = (n: number) => 10n ** BigInt(n)

function operand(field: Field | undefined, value: Value): Result {
  if (!field || isEmpty(value)) return null
  switch (field.result ?? field.type) {
    case 'int':
    case 'number':
    case 'rating':
    case 'decimal':
    case 'percent':
      return numberOf(String(value)) ?? null
    case 'money': {
      const { minor, currency } = value as Money
      const n = numberOf(String(minor))
      return n === undefined ? null : n / powerOf(decimals(currency))
    }
    case 'date':
      return dayValue(String(value))
    case 'datetime':
      return dayValue(dateOf(value as number))
    case 'bool':
      return !!value
    case 'region':
      return (value as RegionValue).name
    default:
      return typeof value === 'string' ? value : null
  }
}

function resultOf(field: Field, v: Result, currency: string): Value {
  if (v === null) return null
  const n = typeof v === 'bigint' ? v : null
  switch (field.result) {
    case 'money': {
      if (n === null) return null
      const coins = decimals(currency)
      return { minor: Number(plain(rounded(n, field.decimals ?? coins) * powerOf(coins))), currency }
    }
    case 'int':
    case 'number':
      return n === null ? null : Number(plain(rounded(n, 0)))
    case 'decimal':
    case 'percent': {
      if (n === null) return null
      const [whole, fraction = ''] = plain(rounded(n, field.decimals ?? 0)).split('.')
      return field.decimals ? `${whole}.${fraction.padEnd(field.decimals, '0')}` : (whole ?? null)
    }
    case 'bool':
      return !!v
    default:
      return plain(v)
  }
}

function scopeOf(fields: Field[], values: Values): Scope {
  const byKey = new Map(fields.map((f) => [f.key, f]))
  return {
    value: (key) => operand(byKey.get(key), values[key]),
    rows: (key) => ((values[key] as Line[] | null | undefined) ?? []).map((line) => scopeOf(byKey.get(key)?.lines?.fields ?? [], line.values)),
    today: today(),
  }
}

/** currencyOf is the first currency among values, in lines too. */
export function currencyOf(values: Values): string {
  for (const v of Object.values(values)) {
    if (v && typeof v === 'object' && 'currency' in v) return v.currency
    if (Array.isArray(v)) {
      for (const item of v) {
        if (!item || typeof item !== 'object' || !('values' in item)) continue
        const inner = currencyOf(item.values)
        if (inner) return inner
      }
    }
  }
  return ''
}

/** computed gives the values of all formula fields, those of lines set in the lines themselves. */
export function computed(fields: Field[], values: Values, currency = currencyOf(values) || 'CNY'): Values {
  const now: Values = { ...values }
  for (const f of fields) {
    const own = f.lines?.fields
    const lines = now[f.key] as Line[] | null | undefined
    if (own && lines) now[f.key] = lines.map((line) => ({ ...line, values: { ...line.values, ...computed(own, line.values, currency) } }))
  }
  const formulas = fields.filter((f) => f.type === 'formula' && f.formula)
  const out: Values = {}
  // One formula may read another: as many rounds as there are of them settle everything.
  for (let round = 0; round < formulas.length; round++) {
    let moved = false
    for (const f of formulas) {
      const program = programOf(f.formula ?? '')
      if (!program) continue
      const next = resultOf(f, run(program, scopeOf(fields, now)), currency)
      if (JSON.stringify(next) !== JSON.stringify(now[f.key] ?? null)) moved = true
      now[f.key] = next
      out[f.key] = next
    }
    if (!moved) break
  }
  return out
}

/** sum adds up one column of lines exactly; null where nothing stands in it. */
export function sum(field: Field, lines: Line[]): Value {
  let total = 0n
  let any = false
  for (const line of lines) {
    const n = operand(field, line.values[field.key])
    if (typeof n !== 'bigint') continue
    total += n
    any = true
  }
  const currency = lines.map((l) => currencyOf(l.values)).find(Boolean) || 'CNY'
  return any ? resultOf({ ...field, result: field.result ?? field.type }, total, currency) : null
}
