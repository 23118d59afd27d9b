import { useI18n } from 'vue-i18n'
import { useMeta } from '@/api/meta'
import type { Field } from '@/api/types'
import { dateSpans } from './listState'

/** useQuickOptions gives what a quick filter on a field can be set to. */
export function useQuickOptions() {
  const { t } = useI18n()
  const meta = useMeta()
  return (field: Field): { id: string; label: string }[] => {
    switch (field.type) {
      case 'user':
        return meta.users.map((u) => ({ id: u.id, label: u.name }))
      case 'dept':
        return meta.departments.map((d) => ({ id: d.id, label: d.name }))
      case 'bool':
        return [{ id: 'true', label: t('app.yes') }, { id: 'false', label: t('app.no') }]
      case 'date':
      case 'datetime':
        return dateSpans.map((id) => ({ id, label: t('entity.span.' + id) }))
      default:
        return field.options ?? []
    }
  }
}

/** takesOne is true where values of a quick filter exclude each other. */
export function takesOne(field: Field): boolean {
  return field.type === 'bool' || field.type === 'date' || field.type === 'datetime'
}
