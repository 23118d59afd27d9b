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
type Pack = () => Promise<{ default: Messages }>
// Two chunks a language, gathered from the files of its folder; a file is a namespace:
// what shell and list need (app.*, entity.*), and right behind it all the rest.
const packs: Record<Lang, [first: Pack, rest: Pack]> = {
  'zh-CN': [() => import('./lang-zh-CN'), () => import('./rest-zh-CN')],
  'zh-TW': [() => import('./lang-zh-TW'), () => import('./rest-zh-TW')],
  en: [() => import('./lang-en'), () => import('./rest-en')],
}

export const i18n = createI18n({ legacy: false, locale: 'zh-CN', fallbackLocale: false, messages: {} as Record<string, never>,
  // A text of the rest that is not there yet is empty for a moment; its key would be shown otherwise.
  missing: import.meta.env.PROD ? () => '' : undefined,
})

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
  const [first, rest] = packs[pack]
  const behind = rest().then((m) => i18n.global.mergeLocaleMessage(pack, m.default as never))
  i18n.global.mergeLocaleMessage(pack, (await first()).default as never)
  // A test looks at once at what a user sees a moment later.
  if (import.meta.env.MODE === 'test') await behind
  i18n.global.locale.value = pack as never
  document.documentElement.lang = pack
  local.set('lang', pack)
  setRequestLang(pack, t('app.offline.request'))
}
