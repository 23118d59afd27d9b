// What the office has set about filling in records, asked for by the first form.
import { useQuery } from '@tanstack/vue-query'
import { api } from './client'
import { queryClient } from './queries'

export interface FormSettings {
  phrases: string[]
  similarNames: boolean
  ignoredWords: string[]
}

export function useFormSettings() {
  return useQuery({ queryKey: ['forms'], queryFn: () => api.get<FormSettings>('/forms'), staleTime: 300_000 }, queryClient)
}
export async function saveFormSettings(change: Partial<FormSettings>): Promise<FormSettings> {
  const now = await api.put<FormSettings>('/forms', change)
  queryClient.setQueryData(['forms'], now)
  return now
}
