import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn.js'
import 'dayjs/locale/zh-tw.js'
import 'element-plus/es/components/date-picker/style/css.mjs'

export { ElDatePicker } from 'element-plus/es/components/date-picker/index.mjs'

// The office week starts on Monday in every language of the page.
for (const locale of Object.values(dayjs.Ls)) locale.weekStart = 1

/** nameCalendar gives the calendar that just opened the name a screen reader tells; the kit leaves it out. */
export function nameCalendar(open: boolean, label: string): void {
  if (!open) return
  requestAnimationFrame(() => document.querySelectorAll('.el-picker__popper[role=dialog]').forEach((el) => el.setAttribute('aria-label', label)))
}
