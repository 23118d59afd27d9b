// Places in a record's page that features fill: a call's row with its player
// belongs to calls, not to the engine. src/app/parts.ts does the filling.
import { shallowReactive, type Component } from 'vue'
import type { Entity, Rec, TimelineItem } from '@/api/types'

/** A tab of a record's page that a feature brings: its changes, its files. */
export interface RecordTab {
  key: string
  /** i18n key of its label. */
  label: string
  /** Shown for this record at all. */
  when: (entity: Entity, record: Rec) => boolean
  /** What stands behind its label before it is opened. */
  count?: (entity: Entity, record: Rec) => number
  /** Drawn with { entity: Entity, record: Rec }; may emit `count` with what stands behind its label. */
  component: Component
}

export const parts = shallowReactive<{
  /** Drawn with { item: TimelineItem } in place of the plain row. */
  timeline: Partial<Record<TimelineItem['kind'], Component>>
  /** A button-less composer: { to, display, party } in, emits `done`. */
  sms?: Component
  /** A dialog that shares records: { entity, ids, label? } in, emits `close`. */
  share?: Component
  /** A star to keep the record by: { entity, id, label } in. */
  star?: Component
  /** A dialog that shows a page to colleagues: { path, title } in, emits `close`. */
  send?: Component
  /** The call a contact record is a note about, with { id } of the call. */
  call?: Component
  /** Takes a list out as a file, drawn with { entity, columns, query, ids?, count? }; emits `close`. */
  export?: Component
  /** Puts records or a list on paper, drawn with { entity, ids?, columns?, query?, count?, title? }; emits `close`. */
  print?: Component
  /** In this order, after the related lists. */
  tabs: RecordTab[]
  /** Drawn with { entity, id, error } in place of a record that may not be opened yet; emits `open`. */
  locked?: Component
  /** Drawn with { field, record } for a value the hub masked: with the way to see it whole. */
  masked?: Component
}>({ timeline: {}, tabs: [] })
