// The map from a field's type to how it is shown and how it is edited. A new
// type is a folder with View.vue and Edit.vue and one line here.
import { defineAsyncComponent, type Component } from 'vue'
import type { FieldType } from '@/api/types'
import BoolView from './bool/View.vue'
import DateView from './date/View.vue'
import DateTimeView from './datetime/View.vue'
import EmailView from './email/View.vue'
import IntView from './int/View.vue'
import LongTextView from './longtext/View.vue'
import MoneyView from './money/View.vue'
import PhonesView from './phones/View.vue'
import RefView from './ref/View.vue'
import SelectView from './select/View.vue'
import TextView from './text/View.vue'
import UrlView from './url/View.vue'
import UserView from './user/View.vue'

export interface FieldWidget {
  view: Component
  /** Lazy: editors are needed when somebody edits, not to show a list. */
  edit: Component
  /** Figures stand right in a list. */
  right?: boolean
  /** Usual width of the column in px. */
  width: number
  /** Least width at which its usual values are whole. */
  min?: number
  /** Takes the whole width of a form. */
  wide?: boolean
}

const lazy = (load: () => Promise<unknown>) => defineAsyncComponent(load as () => Promise<Component>)

export const widgets: Record<FieldType, FieldWidget> = {
  text: { view: TextView, edit: lazy(() => import('./text/Edit.vue')), width: 160 },
  longtext: { view: LongTextView, edit: lazy(() => import('./longtext/Edit.vue')), width: 240, wide: true },
  int: { view: IntView, edit: lazy(() => import('./int/Edit.vue')), width: 96, right: true },
  money: { view: MoneyView, edit: lazy(() => import('./money/Edit.vue')), width: 128, min: 116, right: true },
  date: { view: DateView, edit: lazy(() => import('./date/Edit.vue')), width: 112, min: 104 },
  datetime: { view: DateTimeView, edit: lazy(() => import('./datetime/Edit.vue')), width: 120, min: 112 },
  bool: { view: BoolView, edit: lazy(() => import('./bool/Edit.vue')), width: 80 },
  select: { view: SelectView, edit: lazy(() => import('./select/Edit.vue')), width: 104 },
  phones: { view: PhonesView, edit: lazy(() => import('./phones/Edit.vue')), width: 160, min: 144, wide: true },
  email: { view: EmailView, edit: lazy(() => import('./email/Edit.vue')), width: 180 },
  url: { view: UrlView, edit: lazy(() => import('./url/Edit.vue')), width: 180 },
  ref: { view: RefView, edit: lazy(() => import('./ref/Edit.vue')), width: 180 },
  user: { view: UserView, edit: lazy(() => import('./user/Edit.vue')), width: 104 },
}

export function widgetOf(type: string): FieldWidget {
  return widgets[type as FieldType] ?? widgets.text
}
