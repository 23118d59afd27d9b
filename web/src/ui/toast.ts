import { reactive } from 'vue'
import type { Tone } from '@/api/types'

export interface Toast {
  id: number
  tone: Tone
  text: string
}
export const toasts = reactive<Toast[]>([])
let last = 0

/** toast tells one sentence; errors stay longer, for they ask for something. */
export function toast(text: string, tone: Tone = 'ok'): void {
  const id = ++last
  toasts.push({ id, tone, text })
  if (toasts.length > 4) toasts.shift()
  setTimeout(() => dismiss(id), tone === 'bad' || tone === 'warn' ? 8000 : 3000)
}
export function dismiss(id: number): void {
  const at = toasts.findIndex((x) => x.id === id)
  if (at >= 0) toasts.splice(at, 1)
}
