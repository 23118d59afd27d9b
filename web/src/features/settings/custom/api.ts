// What an office changes of the definitions, as the hub keeps it.
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { api } from '@/api/client'
import { queryClient } from '@/api/queries'
import type { components } from '@/api/schema.gen'
import type { Tone } from '@/api/types'

type Schema = components['schemas']
export type Texts = Schema['Texts']
export type Kind = Schema['CustomEntity']
export type Module = Schema['Module']
export type CustomField = Schema['CustomField']
export type FieldIn = Schema['CustomFieldIn']
export type Form = Schema['CustomForm']
export type Section = Schema['CustomSection']
export type Dict = Schema['Dict']
export type Series = Schema['NumberSeries']
export type OfficeOption = Schema['OfficeOption']
export type Company = Schema['Company']
/** A choice under edit; a new one has no id yet. */
export interface ChoiceDraft {
  id?: string
  labels: Texts
  tone: Tone
  retired: boolean
}
export interface Kinds {
  entities: Kind[]
  modules: Module[]
  rev: number
}

/** A read of these pages. Whatever change of the definitions is heard of reads it again. */
function read<T>(key: () => unknown[], path: () => string, enabled: () => boolean = () => true) {
  return useQuery({ queryKey: computed(() => ['custom', ...key()]), queryFn: () => api.get<T>(path()), enabled: computed(enabled) }, queryClient)
}
export const useKinds = () => read<Kinds>(() => ['kinds'], () => '/customize')
export const useFields = (kind: () => string) => read<{ fields: CustomField[]; rev: number }>(() => ['fields', kind()], () => `/customize/${kind()}/fields`, () => !!kind())
export const useForm = (kind: () => string, role: () => string) =>
  read<Form & { rev: number }>(() => ['form', kind(), role()], () => `/customize/${kind()}/form?role=${encodeURIComponent(role())}`, () => !!kind())
export const useDicts = () => read<{ dicts: Dict[]; rev: number }>(() => ['dicts'], () => '/dicts')
export const useNumbers = () => read<{ numbers: Series[]; rev: number }>(() => ['numbers'], () => '/numbers')
export const useOptions = () => read<{ options: OfficeOption[]; modules: Module[]; rev: number }>(() => ['options'], () => '/options')

/** What was just written is read again before the page says that it is saved. */
export const refresh = () => queryClient.invalidateQueries({ queryKey: ['custom'] })

export const tones: Tone[] = ['neutral', 'info', 'ok', 'warn', 'bad']

/** The office's languages, that of the user first. */
export function useLangs() {
  const { locale } = useI18n()
  return computed(() => ['zh-CN', 'zh-TW', 'en'].sort((a, b) => Number(b === locale.value) - Number(a === locale.value)))
}
