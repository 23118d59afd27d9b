import type { Burst } from './scopeState'

type Translate = (key: string, named?: Record<string, unknown>) => string

const standards: Record<string, string> = {
  bellcore: 'Bellcore', etsi: 'ETSI', bt: 'BT', jclip: 'J-CLIP', dtmfclip: 'DTMF', vcid: 'Modem',
}
const modems: Record<string, string> = { bell202: 'Bell 202', v23: 'V.23', dtmf: 'DTMF' }

/** What a burst says, in words. */
export const burstWords = {
  standard: (b: Burst): string => standards[b.standard ?? ''] ?? b.standard ?? '',

  /** The number, or why there is none. */
  reading(b: Burst, t: Translate): string {
    if (b.number) return b.number
    if (b.waiting !== undefined) return t(b.waiting ? 'scope.lamp.on' : 'scope.lamp.off')
    if (b.reason === 'P') return t('scope.withheld')
    return b.reason ? t('scope.unavailable') : t('scope.noNumber')
  },

  /** How it came and how sure it is. */
  detail(b: Burst, t: Translate): string {
    const modem = b.modem === 'voicemodem' ? t('scope.voiceModem') : (modems[b.modem ?? ''] ?? b.modem)
    const parts = [modem ? t('scope.keyed', { modem }) : '']
    if (b.time) parts.push(t('scope.exchangeTime', { time: `${b.time.slice(0, 2)}-${b.time.slice(2, 4)} ${b.time.slice(4, 6)}:${b.time.slice(6, 8)}` }))
    if (!b.why) parts.push(t('scope.confidence', { n: Math.round(100 * (b.confidence ?? 0)) }))
    if (b.repaired) parts.push(t('scope.repaired', { n: b.repaired }))
    return parts.filter(Boolean).join(' · ')
  },
}
