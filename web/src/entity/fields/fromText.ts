// What a cell of a spreadsheet says, as a value of a field: the reverse of plainText.
import type { Field, UserValue } from '@/api/types'

export type FromText = { value: unknown } | { wrong: string } | { find: string }

const digits = (s: string) => s.replace(/[０-９．－，]/g, (c) => '0123456789.-,'['０１２３４５６７８９．－，'.indexOf(c)]!)
const two = (s: string) => s.padStart(2, '0')
const yes = /^(是|对|有|√|✓|y|yes|true|1)$/i
const no = /^(否|不|无|×|n|no|false|0)$/i

/**
 * fromText reads a cell. References have to be looked up by what they say:
 * those come back as `find`; what cannot be read as `wrong`.
 */
export function fromText(field: Field, cell: string, users: UserValue[]): FromText {
  const text = cell.trim()
  if (!text) return { value: null }
  const option = (label: string) => field.options?.find((o) => o.label.toLowerCase() === label.toLowerCase() || o.id === label)?.id ?? field.options?.find((o) => o.label.replace(/^[A-Z]\s+/, '') === label || o.label.split(/\s/)[0] === label)?.id
  switch (field.type) {
    case 'select': {
      const id = option(text)
      return id ? { value: id } : { wrong: text }
    }
    case 'multiselect': {
      const ids = text.split(/[、,，;；\/]/).map((s) => option(s.trim()))
      return ids.every(Boolean) ? { value: ids } : { wrong: text }
    }
    case 'user': {
      const user = users.find((u) => u.name === text)
      return user ? { value: user.id } : { wrong: text }
    }
    case 'bool':
      return yes.test(text) ? { value: true } : no.test(text) ? { value: false } : { wrong: text }
    case 'int':
    case 'number':
    case 'rating': {
      const n = Number(digits(text).replace(/,/g, ''))
      return Number.isInteger(n) ? { value: n } : { wrong: text }
    }
    case 'decimal':
    case 'percent': {
      const s = digits(text).replace(/[,%]/g, '')
      return /^-?\d+(\.\d+)?$/.test(s) ? { value: s } : { wrong: text }
    }
    case 'money': {
      const s = digits(text).replace(/[¥￥,\s元]/g, '')
      if (!/^-?\d+(\.\d{1,2})?$/.test(s)) return { wrong: text }
      const [whole = '0', part = ''] = s.replace('-', '').split('.')
      return { value: { minor: (s.startsWith('-') ? -1 : 1) * (Number(whole) * 100 + Number(part.padEnd(2, '0'))), currency: 'CNY' } }
    }
    case 'date':
    case 'datetime': {
      const m = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T](\d{1,2}):(\d{2}))?/.exec(digits(text))
      if (!m) return { wrong: text }
      const date = `${m[1]}-${two(m[2]!)}-${two(m[3]!)}`
      if (Number.isNaN(Date.parse(date))) return { wrong: text }
      return { value: field.type === 'date' ? date : new Date(`${date}T${two(m[4] ?? '0')}:${m[5] ?? '00'}:00`).getTime() }
    }
    case 'phones':
      return { value: text.split(/[、,，;；\n]/).map((s) => s.trim()).filter(Boolean).map((number) => ({ label: /^(\+?86)?1\d{10}$/.test(number.replace(/[\s-]/g, '')) ? 'mobile' : 'office', number })) }
    case 'ref':
      return { find: text }
    case 'region':
      return { value: { country: '', province: '', city: '', text } }
    default:
      return { value: text }
  }
}

/** fromSheet cuts what a spreadsheet puts on the clipboard into cells; a cell in quotes may hold line breaks. */
export function fromSheet(text: string): string[][] {
  const rows: string[][] = [[]]
  let cell = ''
  let quoted = false
  const clean = text.replace(/\r\n?/g, '\n')
  for (let i = 0; i < clean.length; i++) {
    const c = clean[i]!
    if (quoted) {
      if (c !== '"') cell += c
      else if (clean[i + 1] === '"') cell += clean[++i]
      else quoted = false
    } else if (c === '"' && cell === '') quoted = true
    else if (c === '\t' || c === '\n') {
      rows[rows.length - 1]!.push(cell)
      cell = ''
      if (c === '\n') rows.push([])
    } else cell += c
  }
  rows[rows.length - 1]!.push(cell)
  if (rows[rows.length - 1]!.every((c) => c === '')) rows.pop()
  return rows
}
