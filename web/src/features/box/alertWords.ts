import type { Alert } from '@/api/box'
import type { LineState, Tone } from '@/api/types'

const known = ['hub-away', 'disk-full', 'disk-low', 'line-fault', 'modem-absent', 'modem-no-sim', 'voice-modem', 'clock', 'backup-failed', 'backup-late', 'recordings-80', 'recordings-full', 'files-spoilt']
const grave = ['hub-away', 'disk-full', 'line-fault', 'backup-late', 'recordings-full', 'files-spoilt']

type T = (key: string, named?: Record<string, unknown>) => string

/** alertWords says what is wrong and what to do about it. */
export function alertWords(alert: Alert, lines: readonly LineState[], t: T): string {
  const line = lines.find((l) => l.id === alert.line)?.label ?? String(alert.line ?? '')
  return known.includes(alert.kind) ? t('calls.box.alert.' + alert.kind, { line }) : t('calls.box.alert.other', { kind: alert.detail || alert.kind })
}

export function alertTone(alert: Alert): Tone {
  return grave.includes(alert.kind) ? 'bad' : 'warn'
}

export function alertKey(alert: Alert): string {
  return [alert.kind, alert.line ?? '', alert.since ?? ''].join()
}
