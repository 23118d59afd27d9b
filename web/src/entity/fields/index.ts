// The map from a field's type to how it is shown and how it is edited. A new
// type is a folder with View.vue and Edit.vue and one line here.
import { defineAsyncComponent, type Component } from 'vue'
import type { FieldType } from '@/api/types'
import BoolView from './bool/View.vue'
import DateView from './date/View.vue'
import DateTimeView from './datetime/View.vue'
import DecimalView from './decimal/View.vue'
import DeptView from './dept/View.vue'
import EmailView from './email/View.vue'
import FormulaView from './formula/View.vue'
import IntView from './int/View.vue'
import LongTextView from './longtext/View.vue'
import MoneyView from './money/View.vue'
import MultiSelectView from './multiselect/View.vue'
import PercentView from './percent/View.vue'
import PhonesView from './phones/View.vue'
import RefView from './ref/View.vue'
import RefsView from './refs/View.vue'
import RegionView from './region/View.vue'
import SelectView from './select/View.vue'
import SerialView from './serial/View.vue'
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

/** Types whose view has a shorter form for one line of a list. */
const shortened = new Set<string>(['phones', 'datetime', 'im', 'multiselect', 'file', 'image', 'lines'])

/** cellProps are what a view gets beside field and value where it stands in a list. */
export function cellProps(type: string, cell: boolean | undefined): { cell?: boolean } {
  return shortened.has(type) ? { cell } : {}
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
  number: { view: IntView, edit: lazy(() => import('./int/Edit.vue')), width: 96, right: true },
  decimal: { view: DecimalView, edit: lazy(() => import('./decimal/Edit.vue')), width: 112, right: true },
  percent: { view: PercentView, edit: lazy(() => import('./percent/Edit.vue')), width: 96, right: true },
  rating: { view: lazy(() => import('./rating/View.vue')), edit: lazy(() => import('./rating/Edit.vue')), width: 104, min: 96 },
  multiselect: { view: MultiSelectView, edit: lazy(() => import('./multiselect/Edit.vue')), width: 180, wide: true },
  region: { view: RegionView, edit: lazy(() => import('./region/Edit.vue')), width: 180 },
  im: { view: lazy(() => import('./im/View.vue')), edit: lazy(() => import('./im/Edit.vue')), width: 140 },
  serial: { view: SerialView, edit: lazy(() => import('./serial/Edit.vue')), width: 140 },
  refs: { view: RefsView, edit: lazy(() => import('./refs/Edit.vue')), width: 200, wide: true },
  dept: { view: DeptView, edit: lazy(() => import('./dept/Edit.vue')), width: 120 },
  file: { view: lazy(() => import('./file/View.vue')), edit: lazy(() => import('./file/Edit.vue')), width: 160, wide: true },
  image: { view: lazy(() => import('./image/View.vue')), edit: lazy(() => import('./file/Edit.vue')), width: 96, wide: true },
  formula: { view: FormulaView, edit: lazy(() => import('./formula/Edit.vue')), width: 128, right: true },
  lines: { view: lazy(() => import('./lines/View.vue')), edit: lazy(() => import('./lines/Edit.vue')), width: 120, wide: true },
  user: { view: UserView, edit: lazy(() => import('./user/Edit.vue')), width: 104 },
}

export function widgetOf(type: string): FieldWidget {
  return widgets[type as FieldType] ?? widgets.text
}
