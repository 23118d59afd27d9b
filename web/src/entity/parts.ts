// Places in a record's page that features fill: a call's row with its player
// belongs to calls, not to the engine. src/app/parts.ts does the filling.
import { shallowReactive, type Component } from 'vue'
import type { TimelineItem } from '@/api/types'

export const parts = shallowReactive<{
  /** Drawn with { item: TimelineItem } in place of the plain row. */
  timeline: Partial<Record<TimelineItem['kind'], Component>>
  /** A button-less composer: { to, display, party } in, emits `done`. */
  sms?: Component
  /** The call a contact record is a note about, with { id } of the call. */
  call?: Component
}>({ timeline: {} })
