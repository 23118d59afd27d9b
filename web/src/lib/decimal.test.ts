import { describe, expect, test } from 'vitest'
import { decimalText, grouped, parseDecimal, shortDecimal, toScale } from './decimal'

describe('decimals', () => {
  test.each([
    ['12.5', '12.5'], ['１２．５', '12.5'], ['1,280', '1280'], ['-.5', '-0.5'], ['3.', '3'], ['0.10', '0.10'], ['12。5', '12.5'],
    ['', undefined], ['.', undefined], ['1e3', undefined], ['abc', undefined], ['1.2.3', undefined], ['1234567890123456', undefined],
  ])('%s is %s', (typed, text) => {
    const d = parseDecimal(typed)
    expect(d && decimalText(d)).toBe(text)
  })
  test.each([
    ['1.005', 2, '1.01'], ['-1.005', 2, '-1.01'], ['1.004', 2, '1.00'], ['2', 3, '2.000'], ['0.4', 0, '0'], ['0.5', 0, '1'], ['-0.04', 1, '0.0'],
  ])('%s in %i places is %s', (text, scale, want) => {
    expect(decimalText(toScale(parseDecimal(text)!, scale))).toBe(want)
  })
  test('a binary fraction never shows', () => {
    const sum = parseDecimal('0.1')!.units + parseDecimal('0.2')!.units
    expect(decimalText({ units: sum, scale: 1 })).toBe('0.3')
  })
  test('is written for people', () => {
    expect(grouped('-1234567.500')).toBe('-1,234,567.500')
    expect(shortDecimal('12.500')).toBe('12.5')
    expect(shortDecimal('100')).toBe('100')
    expect(shortDecimal('3.000')).toBe('3')
  })
})
