import { beforeEach, describe, expect, test } from 'vitest'
import { draftKey, dropDraft, loadDraft, saveDraft } from './draft'

beforeEach(() => localStorage.clear())

describe('draft', () => {
  const key = draftKey('1', 'customer', '77')
  test('is there again after the page was gone, for its user and record only', () => {
    saveDraft(key, 4, { name: '王' })
    expect(loadDraft(key)).toMatchObject({ rev: 4, values: { name: '王' } })
    expect(loadDraft(draftKey('2', 'customer', '77'))).toBeNull()
    expect(loadDraft(draftKey('1', 'customer', undefined))).toBeNull()
  })
  test('goes when saved or thrown away, and by itself after two weeks', () => {
    saveDraft(key, 4, { name: '王' })
    expect(loadDraft(key, Date.now() + 15 * 24 * 3600 * 1000)).toBeNull()
    dropDraft(key)
    expect(loadDraft(key)).toBeNull()
  })
  test('rubbish in the store is no draft', () => {
    localStorage.setItem('bellhop.' + key, '{"at":')
    expect(loadDraft(key)).toBeNull()
  })
})
