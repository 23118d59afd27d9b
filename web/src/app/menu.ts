import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute } from 'vue-router'
import { useMeta } from '@/api/meta'
import type { MenuItem } from '@/api/types'

/** useMenu is the menu the hub drew for this user, in groups as they stand. */
export function useMenu() {
  const { t } = useI18n()
  const route = useRoute()
  const meta = useMeta()

  const items = computed<MenuItem[]>(() => {
    if (meta.menu.length) return meta.menu
    const entities = Object.values(meta.meta?.entities ?? {})
    return [
      { key: 'home', label: t('app.nav.home'), icon: 'home', to: '/' },
      ...entities.map((e) => ({ key: e.name, label: e.plural, icon: e.icon, to: '/o/' + e.name })),
      { key: 'calls', label: t('app.nav.calls'), icon: 'call', to: '/calls' },
      { key: 'sms', label: t('app.nav.sms'), icon: 'sms', to: '/sms' },
    ]
  })
  const groups = computed(() => {
    const out: { label?: string; items: MenuItem[] }[] = []
    for (const item of items.value) {
      const last = out[out.length - 1]
      if (last && last.label === item.group) last.items.push(item)
      else out.push({ label: item.group, items: [item] })
    }
    return out
  })
  function isActive(item: MenuItem): boolean {
    if (item.to === '/') return route.path === '/'
    return route.path === item.to || route.path.startsWith(item.to + '/')
  }
  return { items, groups, isActive }
}
