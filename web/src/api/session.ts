import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { setLang, preferredLang } from '@/i18n'
import { local } from '@/lib/local'
import { emit, on } from './bus'
import { api, ApiError, setCsrf } from './client'
import type { Lang, Me, Theme } from './types'

type Profile = Partial<Pick<Me, 'lang' | 'theme' | 'callerDisplay' | 'density' | 'ringSound' | 'lockMinutes'>>

/**
 * The session: who is at the page. When it ends under a working user, `expired`
 * rises and everything on the page stays as it is until he has logged in again.
 */
export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const setupNeeded = ref(false)
  const expired = ref(false)
  const reachable = ref(true)
  const isAdmin = computed(() => !!me.value && (!!me.value.areas?.settings?.includes('edit') || !!me.value.areas?.users?.includes('read')))

  async function load(): Promise<void> {
    try {
      await adopt(await api.get<Me>('/me', { anonymous: true }))
    } catch (err) {
      if (!(err instanceof ApiError)) throw err
      reachable.value = !err.offline
      if (err.status !== 401) return
      setupNeeded.value = (await api.get<{ needed: boolean }>('/setup', { anonymous: true }).catch(() => ({ needed: false }))).needed
    }
  }

  /** adopt takes over what the hub says about the user, in this page and for its next first paint. */
  async function adopt(next: Me): Promise<void> {
    const changed = me.value?.id !== next.id
    setCsrf(next.csrf)
    applyTheme(next.theme)
    document.documentElement.classList.toggle('compact', next.density === 'compact')
    wear(next.interface)
    if (document.documentElement.lang !== next.lang || changed) await setLang(next.lang)
    me.value = next
    reachable.value = true
    expired.value = false
    emit('session', { me: next })
  }

  async function login(name: string, password: string): Promise<void> {
    const before = me.value?.id
    const next = await api.post<Me>('/login', { login: name, password }, { anonymous: true })
    // Someone else sat down: nothing of the former user's page may stay.
    if (before && before !== next.id) return location.assign('/')
    await adopt(next)
  }

  async function setup(form: { company: string; areaCode: string; name: string; login: string; password: string; lang: Lang }): Promise<void> {
    await adopt(await api.post<Me>('/setup', form, { anonymous: true }))
    setupNeeded.value = false
  }

  async function logout(): Promise<void> {
    await api.post('/logout').catch((err: unknown) => {
      if (!(err instanceof ApiError) || err.status !== 401) throw err
    })
    emit('session', { me: null })
    location.assign('/login')
  }

  /** arrange changes how the user has his page. */
  async function arrange(change: Partial<Me['interface']>): Promise<void> {
    await adopt(await api.put<Me>('/me/interface', change))
  }
  async function update(profile: Profile): Promise<void> {
    await adopt(await api.put<Me>('/me', profile))
  }
  async function changePassword(old: string, next: string): Promise<void> {
    await adopt(await api.put<Me>('/me/password', { old, new: next }))
  }

  on('rules', () => void load())
  on('bye', () => {
    if (me.value) expired.value = true
  })

  return { me, isAdmin, setupNeeded, expired, reachable, load, login, setup, logout, arrange, update, changePassword }
})

/** wear puts on the size of text and the colours a user chose, in this page and for the next first paint (boot.js). */
function wear({ text, look, nav }: Me['interface']): void {
  const { dataset } = document.documentElement
  Object.assign(dataset, { text, look })
  for (const [key, value] of Object.entries({ text, look, nav })) local.set(key, value)
  if (look === 'harbour' || document.getElementById('looks')) return
  document.head.append(Object.assign(document.createElement('link'), { id: 'looks', rel: 'stylesheet', href: '/looks.css' }))
}

const prefersDark = typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: dark)') : undefined

export function applyTheme(theme: Theme): void {
  local.set('theme', theme)
  const dark = theme === 'dark' || (theme === 'system' && !!prefersDark?.matches)
  document.documentElement.classList.toggle('dark', dark)
  document.querySelector('meta[name=theme-color]')?.setAttribute('content', dark ? '#19222a' : '#ffffff')
}
prefersDark?.addEventListener?.('change', () => applyTheme((local.get('theme') as Theme | null) ?? 'system'))

export { preferredLang }
