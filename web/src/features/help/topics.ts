// The manual: a page of text for each screen, in three languages, fetched when it is read.
import type { RouteLocationNormalizedLoaded } from 'vue-router'
import type { Lang } from '@/api/types'

/** In the order the manual lists them. */
export const topics = ['home', 'list', 'record', 'form', 'calls', 'sms', 'order', 'favourites', 'import', 'interface', 'install', 'settings', 'security', 'box', 'practice'] as const
export type Topic = (typeof topics)[number]

const ofRoute: Record<string, Topic> = {
  home: 'home', list: 'list', batch: 'list', summary: 'list', record: 'record', create: 'form', edit: 'form', calls: 'calls', sms: 'sms',
  import: 'import', settings: 'settings', audit: 'security', box: 'box', scope: 'box', interface: 'interface', favourites: 'favourites', help: 'home', more: 'interface',
}
const documents = ['order', 'quote']

/** topicOf is what help tells on a page. */
export function topicOf(route: Pick<RouteLocationNormalizedLoaded, 'name' | 'params'>): Topic {
  const topic = ofRoute[String(route.name)] ?? 'home'
  return topic === 'form' && documents.includes(String(route.params.entity)) ? 'order' : topic
}

const books: Record<Lang, () => Promise<{ default: Record<string, string> }>> = {
  'zh-CN': () => import('./pages/zh-CN'),
  'zh-TW': () => import('./pages/zh-TW'),
  en: () => import('./pages/en'),
}

/** read gives a page of the manual; a language comes as a whole, when it is first read. */
export async function read(topic: Topic, lang: Lang): Promise<string> {
  return (await books[lang]()).default[`./${lang}/${topic}.md`] ?? ''
}

export interface Found {
  topic: Topic
  title: string
  /** The line the word stands in. */
  line: string
}

/** find looks for words in the whole manual; all of them must stand in a page. */
export async function find(words: string, lang: Lang): Promise<Found[]> {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  if (!wanted.length) return []
  const pages = await Promise.all(topics.map(async (topic) => ({ topic, text: await read(topic, lang) })))
  return pages.flatMap(({ topic, text }) => {
    if (!wanted.every((w) => text.toLowerCase().includes(w))) return []
    const lines = text.split('\n').map((l) => l.replace(/^(#+|-|\d+\.)\s+/, '').replace(/\*\*|`|\[|\]\([^)]*\)/g, ''))
    return [{ topic, title: lines[0] ?? topic, line: lines.find((l) => l.toLowerCase().includes(wanted[0]!)) ?? '' }]
  })
}
