// The box as every user may know it: lines, modem, storage, and what needs attention.

import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { on } from './bus'
import { api } from './client'
import type { LineState } from './types'

export interface Modem {
  modem: string
  state: 'absent' | 'starting' | 'no-sim' | 'pin' | 'no-network' | 'ready' | 'suspect'
  model?: string
  operator?: string
  signalDbm?: number
  why?: string
}

export interface Alert {
  kind: string
  detail?: string
  since?: number
  line?: number
}

export interface Box {
  connected: boolean
  board?: string
  version?: string
  lines: LineState[]
  modems?: Modem[]
  freeBytes?: number
  pending?: number
  alerts?: Alert[]
}

export const useBox = defineStore('box', () => {
  const box = shallowRef<Box>()

  async function load(): Promise<void> {
    box.value = await api.get<Box>('/box')
  }
  const again = () => void load().catch(() => undefined)
  let timer: ReturnType<typeof setTimeout> | undefined
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(again, 300)
  }

  on('hello', soon)
  on('reload', soon)
  on('alert', soon)
  on('modem', soon)
  on('connected', (state) => {
    if (box.value) box.value = { ...box.value, ...state }
    soon()
  })
  on('lines', (lines) => box.value && (box.value = { ...box.value, lines }))
  again()

  /** What a person must know; a hub that does not reach its box comes first. */
  const alerts = computed<Alert[]>(() => {
    if (!box.value) return []
    const away = box.value.connected ? [] : [{ kind: 'hub-away' }]
    return [...away, ...(box.value.alerts ?? [])]
  })
  return { box, alerts, load }
})
