import type { Component } from 'vue'

/** A page of the settings. */
export interface SettingsPart {
  key: string
  page: Component
  /** i18n key; app.settings.<key>.title unless told. */
  title?: string
  /** Whose rights open it; the settings' unless told. */
  area?: string
}

/** The groups of the settings, in their order; a page that stands in none is among the last. */
export const groups: { id: string; keys: string[] }[] = [
  { id: 'office', keys: ['office', 'company'] },
  { id: 'people', keys: ['users', 'roles', 'groups', 'rights', 'security'] },
  { id: 'custom', keys: ['fields', 'dicts', 'numbers', 'options', 'forms'] },
  { id: 'more', keys: [] },
]
export const groupOf = (key: string) => groups.find((g) => g.keys.includes(key))?.id ?? 'more'

export const iconOf: Record<string, string> = {
  office: 'call', company: 'supplier', users: 'customer', roles: 'key', groups: 'channel', rights: 'search', security: 'privatecontact',
  fields: 'quote', dicts: 'menu', numbers: 'order', options: 'settings', forms: 'edit', recycle: 'delete', servers: 'link', print: 'document', keys: 'key',
}
