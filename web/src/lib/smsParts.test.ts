import { expect, test } from 'vitest'
import { smsLength } from './smsParts'

test.each<[string, string, 'gsm7' | 'ucs2', number, number, number]>([
  ['nothing', '', 'gsm7', 0, 0, 160],
  ['one Latin part, full', 'a'.repeat(160), 'gsm7', 160, 1, 0],
  ['one more makes two', 'a'.repeat(161), 'gsm7', 161, 2, 145],
  ['the euro sign counts two', '€'.repeat(80), 'gsm7', 160, 1, 0],
  ['an escape pair is not split', 'a'.repeat(152) + '€' + 'a'.repeat(10), 'gsm7', 164, 2, 141],
  ['one Chinese part, full', '中'.repeat(70), 'ucs2', 70, 1, 0],
  ['71 Chinese characters are two', '中'.repeat(71), 'ucs2', 71, 2, 63],
  ['SMS-06 150 Chinese characters are three', '中'.repeat(150), 'ucs2', 150, 3, 51],
  ['an emoji counts two', '😀', 'ucs2', 2, 1, 68],
  ['a surrogate pair is not split', '中'.repeat(66) + '😀' + '中'.repeat(10), 'ucs2', 78, 2, 55],
  ['one Chinese character turns all of it', 'a'.repeat(70) + '中', 'ucs2', 71, 2, 63],
])('%s', (_, text, encoding, units, parts, left) => {
  expect(smsLength(text)).toEqual({ encoding, units, parts, left })
})
