import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Scanner } from './scanner'
import { cellsOf } from './table'

describe('cells of a sheet', () => {
  test.each<[string, string[][]]>([
    ['a\tb\nc\td\n', [['a', 'b'], ['c', 'd']]],
    ['a\tb\r\nc\t', [['a', 'b'], ['c', '']]],
    ['"一\n二"\t"说""好"""\n', [['一\n二', '说"好"']]],
    ['3" 管\t5', [['3" 管', '5']]],
    ['\n\t\n', []],
  ])('%j', (text, cells) => {
    expect(cellsOf(text)).toEqual(cells)
  })
})

describe('scanner', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())
  function type(text: string, every: number) {
    const codes: string[] = []
    const scanner = new Scanner((c) => codes.push(c))
    let at = 0
    let ended = false
    for (const key of [...text.replace('⏎', '')]) scanner.feed(key, (at += every))
    if (text.endsWith('⏎')) ended = scanner.feed('Enter', (at += every))
    vi.advanceTimersByTime(100)
    return { codes, ended }
  }
  test('fast keys and Enter are a code, and the Enter is its own', () => expect(type('6901234567892⏎', 8)).toEqual({ codes: ['6901234567892'], ended: true }))
  test('fast keys and a pause are a code too', () => expect(type('6901234567892', 8).codes).toEqual(['6901234567892']))
  test('a person types more slowly, and his Enter is his', () => expect(type('6901234567892⏎', 90)).toEqual({ codes: [], ended: false }))
  test('a Tab between two figures ends what came before it', () => {
    const codes: string[] = []
    const scanner = new Scanner((c) => codes.push(c))
    ;[...'1.5', 'Tab', ...'99.99'].forEach((key, i) => scanner.feed(key, i * 5))
    vi.advanceTimersByTime(100)
    expect(codes).toEqual([])
  })
  test('a few fast keys are a word', () => expect(type('abc⏎', 5)).toEqual({ codes: [], ended: false }))
})
