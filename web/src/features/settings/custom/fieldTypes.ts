// The types a field of an office's own may have, and what of a field goes with which.
export const groups: { id: string; types: string[] }[] = [
  { id: 'text', types: ['text', 'longtext', 'phones', 'email', 'url', 'im'] },
  { id: 'choice', types: ['select', 'multiselect', 'bool', 'rating'] },
  { id: 'number', types: ['int', 'decimal', 'percent', 'money', 'formula', 'serial'] },
  { id: 'time', types: ['date', 'datetime'] },
  { id: 'link', types: ['ref', 'refs', 'user', 'dept', 'region'] },
  { id: 'more', types: ['file', 'image', 'lines'] },
]
const noLines = new Set(['refs', 'multiselect', 'file', 'image', 'phones', 'lines', 'serial'])
/** Those that may stand inside lines. */
export const inLines = (type: string) => !noLines.has(type)

const apart = new Set(['refs', 'multiselect', 'phones', 'file', 'image', 'lines'])
export const can = {
  unique: (type: string) => !apart.has(type) && !['bool', 'longtext', 'region', 'rating', 'formula'].includes(type),
  filter: (type: string) => ['select', 'user', 'dept', 'bool', 'date', 'datetime', 'ref'].includes(type),
  sort: (type: string) => !apart.has(type) && type !== 'longtext',
  require: (type: string) => type !== 'formula',
  decimals: (type: string) => ['decimal', 'percent'].includes(type),
  max: (type: string) => ['text', 'longtext'].includes(type),
  mask: (type: string) => ['text', 'phones', 'email', 'im'].includes(type),
  start: (type: string) => ['text', 'longtext', 'int', 'decimal', 'percent', 'select', 'bool'].includes(type),
}
export const ims = ['wechat', 'qq', 'wangwang', 'msn']
export const results = ['decimal', 'money', 'int', 'percent', 'text', 'date', 'bool']
