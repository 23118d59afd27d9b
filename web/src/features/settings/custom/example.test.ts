import { expect, test } from 'vitest'
import { example } from './example'

const at = new Date(2026, 10, 22)
test('CFG-01 prefix HT and length 6 make HT000123 of 123', () => {
  expect(example({ prefix: 'HT', digits: 6, reset: '', next: 123 }, at)).toBe('HT000123')
})
test('CFG-01 a date stands between prefix and count', () => {
  expect(example({ prefix: 'XS', digits: 3, reset: 'day', next: 1 }, at)).toBe('XS-20261122-001')
  expect(example({ prefix: 'XS', digits: 3, reset: 'month', next: 12 }, at)).toBe('XS-202611-012')
  expect(example({ prefix: 'XS', digits: 3, reset: 'year', next: 1234 }, at)).toBe('XS-2026-1234')
})
