import { afterEach, describe, expect, test } from 'vitest'
import { formatMoney, parseAmount, plainAmount, setMoney } from './money'

describe('money', () => {
  test.each([
    [128000, 'CNY', '¥1,280.00'],
    [0, 'CNY', '¥0.00'],
    [7, 'CNY', '¥0.07'],
    [-350, 'USD', '-US$3.50'],
    [123456789, 'TWD', 'NT$1,234,567.89'],
    [1500, 'JPY', 'JP¥1,500'],
    [100000000, 'XAU', 'XAU 1,000,000.00'],
  ])('%i minor units of %s read %s in any language of the page', (minor, currency, text) => {
    expect(formatMoney({ minor, currency })).toBe(text)
  })

  test('nothing is written for no amount', () => {
    expect(formatMoney(null)).toBe('')
  })

  test.each([
    ['1280.5', 128050], ['1,280.50', 128050], ['¥1,280', 128000], ['１２８０．５０', 128050], ['-3.5', -350], ['.07', 7], ['-0', 0], ['US$ 12', 1200], ['1280。5', 128050],
  ])('%s is an amount', (text, minor) => {
    expect(parseAmount(text, 'CNY')).toBe(minor)
  })
  test.each(['', '.', 'abc', '1.005', '1.2.3', '12a', '99999999999999999'])('%s is none', (text) => {
    expect(parseAmount(text, 'CNY')).toBeUndefined()
  })
  test('yen have no decimals', () => {
    expect(parseAmount('15.5', 'JPY')).toBeUndefined()
    expect(parseAmount('15.00', 'JPY')).toBe(15)
  })
  test('what is written can be read back', () => {
    for (const minor of [0, 1, 99, 100, 123456, -98765432]) expect(parseAmount(plainAmount({ minor, currency: 'CNY' }), 'CNY')).toBe(minor)
  })
})

describe('as the office wants it', () => {
  afterEach(() => setMoney(true, 2))
  test('CFG-08 with 3 decimals amounts show and round to 3', () => {
    setMoney(true, 3)
    expect(formatMoney({ minor: 128000, currency: 'CNY' })).toBe('¥1,280.000')
    expect(formatMoney({ minor: 100.05, currency: 'CNY' })).toBe('¥1.001')
    expect(formatMoney({ minor: -100.04, currency: 'CNY' })).toBe('-¥1.000')
    expect(plainAmount({ minor: 15, currency: 'JPY' })).toBe('15')
  })
  test('a price has the decimals of its field', () => {
    setMoney(true, 2)
    expect(formatMoney({ minor: 0.5, currency: 'CNY' }, 4)).toBe('¥0.0050')
    expect(formatMoney({ minor: 150, currency: 'CNY' }, 0)).toBe('¥2')
  })
  test('CFG-09 no sign where the office wants none', () => {
    setMoney(false, 2)
    expect(formatMoney({ minor: -128000, currency: 'USD' })).toBe('-1,280.00')
  })
})
