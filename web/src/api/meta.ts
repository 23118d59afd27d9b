import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { setMoney } from '@/lib/money'
import { api } from './client'
import type { Entity, Field, Meta } from './types'

/** What this user may see and do: entities with their fields, the menu, colleagues. Labels are in his language. */
export const useMeta = defineStore('meta', () => {
  const meta = shallowRef<Meta | null>(null)
  const menu = computed(() => meta.value?.menu ?? [])
  const users = computed(() => meta.value?.users ?? [])
  const departments = computed(() => meta.value?.departments ?? [])
  const options = computed<Partial<Meta['options']>>(() => meta.value?.options ?? {})

  async function load(): Promise<void> {
    const next = await api.get<Meta>('/meta')
    if (next.options) setMoney(next.options.currencySign, next.options.amountDecimals)
    meta.value = next
  }
  function entity(name: string): Entity | undefined {
    return meta.value?.entities[name]
  }
  function field(entityName: string, key: string): Field | undefined {
    return entity(entityName)?.fields.find((f) => f.key === key)
  }
  return { meta, menu, users, departments, options, load, entity, field }
})
