import { expect, test } from 'vitest'
import type { Lang } from '@/api/types'
import { blocks } from './Prose'
import { find, read, topicOf, topics } from './topics'

const langs: Lang[] = ['zh-CN', 'zh-TW', 'en']

test.each(langs)('UIX-12 every page of the manual is there in %s and says as much as the others', async (lang) => {
  for (const topic of topics) {
    const [own, other] = await Promise.all([read(topic, lang), read(topic, 'zh-CN')])
    expect(own, `${lang}/${topic}`).toMatch(/^# \S/)
    expect(blocks(own).map((b) => `${b.kind} ${b.lines.length}`), `${lang}/${topic}`).toEqual(blocks(other).map((b) => `${b.kind} ${b.lines.length}`))
  }
})
test('UIX-12 each page has its own help', () => {
  const at = (name: string, params = {}) => topicOf({ name, params })
  expect([at('home'), at('list'), at('record'), at('calls'), at('settings')]).toEqual(['home', 'list', 'record', 'calls', 'settings'])
  expect(at('create', { entity: 'order' })).toBe('order')
  expect(at('create', { entity: 'customer' })).toBe('form')
})
test('UIX-12 the manual is searched by words', async () => {
  expect((await find('F9', 'zh-CN')).map((f) => f.topic)).toContain('calls')
  expect(await find('certificate phone', 'en')).not.toHaveLength(0)
  expect(await find('  ', 'en')).toEqual([])
  expect(await find('<script>', 'en')).toEqual([])
})
