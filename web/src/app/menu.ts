import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute } from 'vue-router'
import { useMeta } from '@/api/meta'
import { useSecurity } from '@/api/security'
import { useSession } from '@/api/session'
import type { MenuItem } from '@/api/types'

const usualGroups: Record<string, string[]> = {
  people: ['customer', 'contact', 'lead', 'channel', 'supplier', 'privatecontact'],
  business: ['opportunity', 'quote', 'order', 'ticket'],
  office: ['schedule', 'activity'],
  telephone: ['call', 'sms'],
  system: ['box', 'key', 'settings'],
}

/** useMenu is the menu the hub drew for this user, in groups as they stand. */
export function useMenu() {
  const { t } = useI18n()
  const route = useRoute()
  const meta = useMeta()
  const session = useSession()
  const security = useSecurity()

  /** The places no module brings: they are there whatever the hub's menu says. */
  const system = computed<MenuItem[]>(() => {
    const group = t('app.nav.group.system')
    const box = { key: 'box', label: t('app.nav.box'), icon: 'box', to: '/box', group }
    const settings = { key: 'settings', label: t('app.nav.settings'), icon: 'settings', to: '/settings', group }
    const audit = { key: 'audit', label: t('audit.title'), icon: 'key', to: '/audit', group }
    return [box, ...(security.state?.reads ? [audit] : []), ...(session.isAdmin ? [settings] : [])]
  })
  const items = computed<MenuItem[]>(() => {
    if (meta.menu.length) return [...meta.menu, ...system.value.filter((s) => !meta.menu.some((m) => m.to === s.to))]
    const entities = Object.values(meta.meta?.entities ?? {})
    return [
      { key: 'home', label: t('app.nav.home'), icon: 'home', to: '/' },
      ...entities.map((e) => ({ key: e.name, label: e.plural, icon: e.icon, to: '/o/' + e.name })),
      { key: 'calls', label: t('app.nav.calls'), icon: 'call', to: '/calls' },
      { key: 'sms', label: t('app.nav.sms'), icon: 'sms', to: '/sms' },
      ...system.value,
    ]
  })
  /** usualGroup is the heading of an item the hub gave none. */
  function usualGroup(item: MenuItem): string | undefined {
    const group = Object.entries(usualGroups).find(([, icons]) => icons.includes(item.icon))?.[0]
    return group && t('app.nav.group.' + group)
  }
  const groups = computed(() => {
    const named = items.value.some((i) => i.group)
    const out: { label?: string; items: MenuItem[] }[] = []
    for (const item of items.value) {
      const label = named ? item.group : usualGroup(item)
      const last = out[out.length - 1]
      if (last && last.label === label) last.items.push(item)
      else out.push({ label, items: [item] })
    }
    return out
  })
  function isActive(item: MenuItem): boolean {
    if (item.to === '/') return route.path === '/'
    return route.path === item.to || route.path.startsWith(item.to + '/')
  }
  return { items, groups, isActive }
}
