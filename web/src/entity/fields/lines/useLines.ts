import { computed, inject, ref } from 'vue'
import { useMeta } from '@/api/meta'
import type { Field, Line, Rec, RefValue, Value, Values } from '@/api/types'
import { computed as compute, currencyOf } from '@/entity/compute'
import { formValues } from '@/entity/formValues'
import { records } from '@/entity/records'
import { parseDecimal, decimalText } from '@/lib/decimal'
import { isEmpty } from '../values'
import { cellValue } from './cells'

export const maxLines = 500

/**
 * useLines is what the grid and the cards do with the lines of a document: there is
 * always an empty one at the end to type into, a chosen product fills in what the line
 * has in common with it, and a scanned one is counted up.
 */
export function useLines(field: () => Field, get: () => Line[] | null | undefined, set: (lines: Line[] | null) => void) {
  const meta = useMeta()
  const around = inject(formValues, {} as Values)
  const fields = computed(() => field().lines?.fields ?? [])
  const editable = computed(() => fields.value.filter((f) => !f.readOnly && f.type !== 'formula'))
  const currency = computed(() => currencyOf(around) || 'CNY')
  /** The field that points to the catalogue, if lines have one. */
  const catalogue = computed(() => fields.value.find((f) => f.type === 'ref'))
  const hasBarcode = computed(() => !!meta.entity(catalogue.value?.ref ?? '')?.fields.some((f) => f.key === 'barcode'))
  const full = ref(false)

  function fresh(values: Values = {}): Line {
    const start = Object.fromEntries(editable.value.filter((f) => f.default !== undefined && f.default !== null).map((f) => [f.key, f.default as Value]))
    return { values: { ...start, ...values } }
  }
  const blank = (line: Line) => !line.id && editable.value.every((f) => isEmpty(line.values[f.key]) || String(line.values[f.key]) === String(f.default ?? ''))
  const filled = computed(() => (get() ?? []).filter((l) => !blank(l)))
  const rows = computed<Line[]>(() => {
    const list = get() ?? []
    return list.length && blank(list[list.length - 1]!) ? list : [...list, fresh()]
  })
  function write(lines: Line[]) {
    full.value = lines.length > maxLines
    set(lines.slice(0, maxLines))
  }
  const settle = (line: Line): Line => ({ ...line, values: { ...line.values, ...compute(fields.value, line.values, currency.value) } })

  function change(at: number, key: string, value: Value) {
    const list = [...rows.value]
    list[at] = settle({ ...list[at]!, values: { ...list[at]!.values, [key]: value } })
    write(list)
  }
  function insert(at: number, lines: Line[]) {
    const list = [...rows.value]
    list.splice(at, 0, ...lines.map(settle))
    write(list)
  }
  function remove(at: number) {
    write(rows.value.filter((_, i) => i !== at))
  }
  function copy(at: number) {
    insert(at + 1, [{ values: { ...rows.value[at]!.values } }])
  }

  /** What a line takes over from a chosen product: fields of the same name and type. */
  function common(rec: Rec): Values {
    const target = meta.entity(rec.entity)
    const out: Values = {}
    for (const f of editable.value) {
      const theirs = target?.fields.find((x) => x.key === f.key)
      if (f.type !== 'ref' && theirs?.type === f.type && !isEmpty(rec.values[f.key])) out[f.key] = rec.values[f.key]
    }
    return out
  }
  const refOf = (rec: Rec): RefValue => ({ id: rec.id, label: rec.label, entity: rec.entity })

  /** pick puts a product into a line; what was typed by hand before stays. */
  async function pick(at: number, to: RefValue | null) {
    const key = catalogue.value?.key
    if (!key) return
    const before = rows.value[at]?.values[key]
    change(at, key, to)
    if (!to) return
    const rec = await records.get(to.entity, to.id).catch(() => null)
    const line = rows.value[at]
    if (!rec || !line || (line.values[key] as RefValue | null)?.id !== to.id) return
    const values = { ...line.values }
    // Another product in the same line brings its own name and price with it.
    for (const [k, v] of Object.entries(common(rec))) if (before || isEmpty(values[k])) values[k] = v
    const list = [...rows.value]
    list[at] = settle({ ...line, values })
    write(list)
  }
  /** add appends products, the same one counted up where `up` is set. */
  function add(recs: Rec[], up: boolean): number {
    const key = catalogue.value?.key ?? ''
    const list = filled.value.map((l) => l)
    let at = -1
    for (const rec of recs) {
      const same = up ? list.findIndex((l) => (l.values[key] as RefValue | null)?.id === rec.id) : -1
      if (same >= 0) {
        const qty = parseDecimal(String(list[same]!.values.qty ?? '0')) ?? { units: 0n, scale: 0 }
        list[same] = settle({ ...list[same]!, values: { ...list[same]!.values, qty: decimalText({ units: qty.units + 10n ** BigInt(qty.scale), scale: qty.scale }) } })
        at = same
      } else {
        list.push(settle(fresh({ [key]: refOf(rec), ...common(rec) })))
        at = list.length - 1
      }
    }
    write([...list, fresh()])
    return at
  }
  /** byCode finds the product of a barcode or number. */
  async function byCode(code: string): Promise<Rec | null> {
    const entity = catalogue.value?.ref ?? ''
    const page = await records.query(entity, { filter: { field: 'barcode', op: 'eq', value: code }, limit: 1 })
    return page.rows[0] ?? null
  }

  /**
   * paste lays a sheet's cells over the lines from one cell on. A first row that names
   * columns decides which goes where. Products are looked up by number, barcode or name.
   */
  async function paste(at: number, column: number, cells: string[][]) {
    let columns: (Field | undefined)[] = editable.value.slice(column)
    const named = (cells[0] ?? []).map((text) => editable.value.find((f) => f.label === text.trim()))
    let body = cells
    if (named.filter(Boolean).length >= Math.min(2, cells[0]?.length ?? 0) && named.some(Boolean) && cells.length > 1) {
      columns = named
      body = cells.slice(1)
    }
    const list = [...rows.value]
    const wanted: { at: number; text: string }[] = []
    body.slice(0, maxLines + 1).forEach((row, i) => {
      const line = list[at + i] && i + at < list.length ? { ...list[at + i]!, values: { ...list[at + i]!.values } } : fresh()
      row.forEach((text, c) => {
        const f = columns[c]
        if (!f || !text.trim()) return
        if (f.type === 'ref') {
          wanted.push({ at: at + i, text: text.trim() })
          return
        }
        const v = cellValue(f, text, currency.value)
        if (v !== undefined) line.values[f.key] = v
      })
      list[at + i] = settle(line)
    })
    write(list)
    await Promise.all(wanted.map((w) => resolve(w.at, w.text)))
  }
  /** One exact product becomes the line's; anything else stays as words. */
  async function resolve(at: number, text: string) {
    const key = catalogue.value?.key
    const target = meta.entity(catalogue.value?.ref ?? '')
    if (!key || !target) return
    const keys = ['barcode', 'no', target.title].filter((k) => target.fields.some((f) => f.key === k && (f.ops ?? []).includes('eq')))
    const page = await records
      .query(target.name, { filter: { or: keys.map((k) => ({ field: k, op: 'eq' as const, value: text })) }, limit: 2 })
      .catch(() => null)
    if (page?.rows.length === 1) await pick(at, refOf(page.rows[0]!))
    else words(at, text)
  }
  /** words puts a product nobody knows into the line as its description. */
  function words(at: number, text: string) {
    const target = meta.entity(catalogue.value?.ref ?? '')
    const f = editable.value.find((x) => x.key === target?.title && x.type === 'text') ?? editable.value.find((x) => x.type === 'text')
    if (f && isEmpty(rows.value[at]?.values[f.key])) change(at, f.key, text)
  }
  return { fields, editable, currency, catalogue, hasBarcode, full, rows, filled, blank, change, remove, copy, insert, fresh, pick, add, byCode, paste, words, write }
}
