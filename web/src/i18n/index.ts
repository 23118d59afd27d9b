import { createI18n } from 'vue-i18n'
import { setRequestLang } from '@/api/client'
import type { Lang } from '@/api/types'
import { local } from '@/lib/local'

export const languages: { id: Lang; label: string }[] = [
  { id: 'zh-CN', label: '简体中文' },
  { id: 'zh-TW', label: '繁體中文' },
  { id: 'en', label: 'English' },
]

type Messages = Record<string, Record<string, unknown>>
// One chunk a language; each gathers the files of its folder, a file is a namespace: app.*, entity.*, calls.*.
const packs: Record<Lang, () => Promise<{ default: Messages }>> = {
  'zh-CN': () => import('./lang-zh-CN'),
  'zh-TW': () => import('./lang-zh-TW'),
  en: () => import('./lang-en'),
}

export const i18n = createI18n({ legacy: false, locale: 'zh-CN', fallbackLocale: false, messages: {} as Record<string, never> })

/** t for code outside components. */
export const t = i18n.global.t as (key: string, named?: Record<string, unknown>, plural?: number) => string

/** preferredLang is the language before login: the last one used here, else the browser's. */
export function preferredLang(): Lang {
  const stored = local.get('lang')
  if (languages.some((l) => l.id === stored)) return stored as Lang
  for (const tag of navigator.languages ?? [navigator.language]) {
    if (/^zh\b.*(TW|HK|MO|Hant)/i.test(tag)) return 'zh-TW'
    if (/^zh/i.test(tag)) return 'zh-CN'
    if (/^en/i.test(tag)) return 'en'
  }
  return 'zh-CN'
}

export async function setLang(lang: Lang): Promise<void> {
  const pack = packs[lang] ? lang : 'zh-CN'
  const messages = (await packs[pack]()).default
  i18n.global.setLocaleMessage(pack, messages as never)
  i18n.global.locale.value = pack as never
  document.documentElement.lang = pack
  local.set('lang', pack)
  setRequestLang(pack, t('app.offline.request'))
}
