import { describe, expect, test } from 'vitest'

// Every text exists in every language, takes the same values.
const files = import.meta.glob<Record<string, unknown>>('./*/*.json', { eager: true, import: 'default' })

function flat(value: unknown, prefix = ''): Record<string, string> {
  if (typeof value === 'string') return { [prefix]: value }
  return Object.assign({}, ...Object.entries(value as Record<string, unknown>).map(([k, v]) => flat(v, prefix ? `${prefix}.${k}` : k)))
}
const placeholders = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]))].sort()

const names = [...new Set(Object.keys(files).map((path) => path.split('/')[2]))]

describe.each(names)('%s', (name) => {
  const base = flat(files[`./zh-CN/${name}`])
  test.each(['zh-TW', 'en'])('%s has the keys of zh-CN and no others', (lang) => {
    const file = files[`./${lang}/${name}`]
    expect(file, `${lang}/${name} is missing`).toBeDefined()
    expect(Object.keys(flat(file)).sort()).toEqual(Object.keys(base).sort())
  })
  test.each(['zh-TW', 'en'])('%s takes the same values', (lang) => {
    const other = flat(files[`./${lang}/${name}`])
    for (const [key, text] of Object.entries(base)) expect([key, placeholders(other[key] ?? '')]).toEqual([key, placeholders(text)])
  })
  test.each(['zh-TW', 'en'])('%s leaves nothing empty that zh-CN says', (lang) => {
    const other = flat(files[`./${lang}/${name}`])
    for (const [key, text] of Object.entries(base)) expect([key, other[key]?.trim() === '']).toEqual([key, text.trim() === ''])
  })
  test('zh-TW holds none of the commonest characters only Simplified Chinese has', () => {
    const slipped = Object.entries(flat(files[`./zh-TW/${name}`])).filter(([, text]) => /[们这为电话码录设单线开关闭间时应经该选择显对]/.test(text))
    expect(slipped).toEqual([])
  })
})
