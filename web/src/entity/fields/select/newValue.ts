import { api } from '@/api/client'
import { useMeta } from '@/api/meta'

interface Choice {
  id: string
  label: string
  labels: Record<string, string>
  tone?: string
  retired?: boolean
}

/** addValue puts a value at the end of a dictionary; it may be chosen at once. Returns its id. */
export async function addValue(dict: string, text: string, lang: string): Promise<string | undefined> {
  const of = (dicts: { key: string; options: Choice[] }[]) => dicts.find((d) => d.key === dict)?.options ?? []
  const now = of((await api.get<{ dicts: { key: string; options: Choice[] }[] }>('/dicts')).dicts)
  const there = now.find((o) => o.label === text && !o.retired)
  if (there) return there.id
  const options = [...now.map(({ id, labels, tone, retired }) => ({ id, labels, tone, retired })), { labels: { [lang]: text } }]
  const after = of((await api.put<{ dicts: { key: string; options: Choice[] }[] }>(`/dicts/${dict}`, { options })).dicts)
  await useMeta().load()
  return after.find((o) => !now.some((x) => x.id === o.id))?.id
}
