import { api } from '@/api/client'
import type { components } from '@/api/schema.gen'

type Schema = components['schemas']
export type Status = Schema['BackupStatus']
export type Target = Schema['BackupTarget']
export type Run = Schema['BackupRun']
export type Point = Schema['BackupPoint']
export type Manifest = Schema['BackupManifest']
export type Rules = Schema['RecordingRules']
export interface ServerKey {
  hostKey: string
  fingerprint: string
  sshPublic: string
}
export interface Sheet {
  key: string
  target: string
  code: string
}

export const backup = {
  status: () => api.get<Status>('/backup'),
  timetable: (v: { on: boolean; at: string; keep: number; recordings: string }) => api.put<Status>('/backup/timetable', v),
  connect: (target: Target, key: string, recordings: boolean) => api.post<Status>('/backup/target', { target, key, recordings }),
  disconnect: (recordings: boolean) => api.delete<Status>('/backup/target?recordings=' + recordings),
  serverKey: (target: Target, setup = false) => api.post<ServerKey>((setup ? '/setup' : '') + '/backup/server-key', target),
  sheet: () => api.get<Sheet>('/backup/sheet'),
  keepsSheet: (end: string) => api.post<Status>('/backup/sheet', { end }),
  run: (what: 'backup' | 'trial' | 'files' | 'stop') => api.post<Status>('/backup/run', { what }),
  points: () => api.get<{ points: Point[] }>('/backup/points').then((r) => r.points),
  look: (id: string) => api.get<Manifest>('/backup/points/' + id),
  restore: (snapshot: string) => api.post<Status>('/backup/restore', { snapshot }),
  undo: (state: string) => api.post<Status>('/backup/undo', { state }),
  rules: () => api.get<Rules>('/recordings/rules'),
  setRules: (rules: Rules) => api.put<Rules>('/recordings/rules', rules),
}

/** sizeOf writes bytes as people do. */
export function sizeOf(bytes = 0): string {
  if (bytes < 1 << 20) return Math.ceil(bytes / 1024) + ' KB'
  if (bytes < 1 << 30) return (bytes / (1 << 20)).toFixed(bytes < 10 << 20 ? 1 : 0) + ' MB'
  return (bytes / (1 << 30)).toFixed(1) + ' GB'
}
