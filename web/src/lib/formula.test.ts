import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { dayValue, numberOf, parseFormula, plain, run, type Result, type Scope } from './formula'

interface Vector {
  formula: string
  values: Record<string, unknown>
  want: string
}
// The hub is held to the same answers.
const vectors = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../hub/field/testdata/formulas.json'), 'utf8')) as Vector[]

function scopeOf(values: Record<string, unknown>): Scope {
  const of = (v: unknown): Result => {
    if (typeof v === 'string') return numberOf(v) ?? null
    const tree = v as { date?: string; text?: string } | undefined
    return tree?.date ? dayValue(tree.date) : (tree?.text ?? null)
  }
  return { value: (key) => of(values[key]), rows: (key) => ((values[key] as Record<string, unknown>[]) ?? []).map(scopeOf), today: '2026-11-22' }
}

describe('formulas', () => {
  test.each(vectors)('$formula is $want', ({ formula, values, want }) => {
    expect(plain(run(parseFormula(formula), scopeOf(values)))).toBe(want)
  })
  test.each(['1 +', 'foo(1)', '"open', 'a b', '', '1..2', '#'])('%s is no formula', (text) => {
    expect(() => parseFormula(text)).toThrow()
  })
})
