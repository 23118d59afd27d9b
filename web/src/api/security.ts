import { defineStore } from 'pinia'
import { ref } from 'vue'
import { api } from './client'
import type { components } from './schema.gen'

export type Security = components['schemas']['Security']

/** What guards the office's files: may this user copy out, what mark his pages carry, what waits for him. */
export const useSecurity = defineStore('security', () => {
  const state = ref<Security | null>(null)
  async function load(): Promise<void> {
    state.value = await api.get<Security>('/security')
  }
  return { state, load }
})
