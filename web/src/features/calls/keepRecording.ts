import { on } from '@/api/bus'
import { api, messageOf } from '@/api/client'
import { useSession } from '@/api/session'
import type { Call } from '@/api/types'
import { t } from '@/i18n'
import { local } from '@/lib/local'
import { toast } from '@/ui/toast'
import { callApi } from './callApi'

export interface RecordingRules {
  forced: boolean
  place: 'box' | 'client'
  delete?: boolean
  export?: boolean
}
export const recordingRules = () => api.get<RecordingRules>('/recordings/rules')

const pad = (n: number) => String(n).padStart(2, '0')
/** recordingName names a recording as the archive of many does: time, number, direction. */
export function recordingName(call: Pick<Call, 'startedAt' | 'display' | 'direction'>): string {
  const d = new Date(call.startedAt)
  const day = `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}_${pad(d.getHours())}-${pad(d.getMinutes())}-${pad(d.getSeconds())}`
  return `${day}_${call.display.replace(/\D/g, '') || 'unknown'}_${t('calls.kind.' + call.direction)}.mp3`
}

/**
 * keepHere saves the recordings of this user's own calls to this computer as they are
 * finished, where the office wants them there (REC-08). One page of the browser does it.
 */
export function keepHere(): void {
  const session = useSession()
  on('call', (call) => void keep(call))

  async function keep(call: Call) {
    if (call.recording?.state !== 'ready' || !call.handler || call.handler.id !== session.me?.id) return
    const claim = 'recording.kept.' + call.id
    if (local.get(claim)) return
    local.set(claim, '1')
    try {
      if ((await recordingRules()).place === 'client') await save(call)
    } catch (err) {
      toast(messageOf(err), 'bad')
    } finally {
      setTimeout(() => local.remove(claim), 60_000)
    }
  }
}

async function save(call: Call) {
  const answer = await fetch(callApi.recordingURL(call.id))
  if (!answer.ok) throw new Error(`${answer.status}`)
  const name = recordingName(call)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await answer.blob())
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  // A browser does not tell whether a download was kept: the box keeps its own for a day.
  await api.post(`/calls/${call.id}/place`, { place: `${t('backup.keep.folder')} / ${name}` })
  toast(t('backup.keep.saved', { name }))
}
