import { mount, flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Field, FieldType, Value } from '@/api/types'
import { i18n, setLang } from '@/i18n'
import FieldEdit from './FieldEdit.vue'
import FieldView from './FieldView.vue'
import DecimalEdit from './decimal/Edit.vue'
import IntEdit from './int/Edit.vue'
import LongTextEdit from './longtext/Edit.vue'
import MoneyEdit from './money/Edit.vue'
import MultiSelectEdit from './multiselect/Edit.vue'
import PhonesEdit from './phones/Edit.vue'
import RatingEdit from './rating/Edit.vue'
import RegionEdit from './region/Edit.vue'
import { addValue } from './select/newValue'
import UrlView from './url/View.vue'
import { widgets } from '.'

const field = (type: FieldType, more: Partial<Field> = {}): Field => ({ key: 'f', type, label: '标签', ...more })
const global = { plugins: [i18n, createPinia()], stubs: { RouterLink: { props: ['to'], template: '<a :href="to"><slot /></a>' } } }
beforeAll(() => setLang('zh-CN'))
afterEach(() => vi.unstubAllGlobals())

const samples: Record<FieldType, Value> = {
  text: '王志强', longtext: '一\n二', int: 12345, money: { minor: 128000, currency: 'CNY' }, date: '2026-11-22', datetime: new Date('2026-11-22T14:05:00').getTime(),
  bool: true, select: 'a', phones: [{ label: 'mobile', number: '+8613816892201', display: '138 1689 2201', place: '苏州' }], email: 'a@b.cn', url: 'www.b.cn',
  ref: { id: '7', label: '青岛机电', entity: 'customer' }, user: { id: '1', name: '陈静' },
  number: 7, im: '80012345', decimal: '1234.500', percent: '12.50', rating: 4, multiselect: ['a'], region: { code: '330106', name: '浙江省杭州市西湖区' },
  refs: [{ id: '7', label: '青岛机电', entity: 'customer' }], dept: { id: '2', name: '销售部' }, file: [{ id: '9', name: '合同.pdf', size: 120_000, type: 'application/pdf' }],
  image: [{ id: '8', name: '门头.jpg', size: 1, type: 'image/jpeg' }], serial: 'XS-001', formula: '12.50', lines: [{ id: '1', values: { qty: '2' } }],
}
const shown: Record<FieldType, string> = {
  text: '王志强', longtext: '一\n二', int: '12,345', money: '¥1,280.00', date: '2026-11-22', datetime: '2026-11-22 14:05', bool: '是', select: 'A 重点',
  phones: '138 1689 2201', email: 'a@b.cn', url: 'www.b.cn', ref: '青岛机电', user: '陈静',
  number: '7', im: '80012345', decimal: '1,234.5', percent: '12.5%', rating: '★★★★★', multiselect: 'A 重点', region: '浙江省杭州市西湖区', refs: '青岛机电', dept: '销售部',
  file: '合同.pdf', image: '', serial: 'XS-001', formula: '12.5', lines: '数量',
}

describe.each(Object.keys(widgets) as FieldType[])('%s', (type) => {
  test('is shown', async () => {
    const f = field(type, { options: [{ id: 'a', label: 'A 重点', tone: 'bad' }], ref: 'customer', im: 'qq', result: 'decimal', lines: { fields: [{ key: 'qty', type: 'decimal', label: '数量' }] } })
    const w = mount(FieldView, { props: { field: f, value: samples[type] }, global })
    await vi.waitFor(() => expect(w.text()).toContain(shown[type]))
    expect(mount(FieldView, { props: { field: f, value: null }, global }).text()).toBe('')
  })
  test('has a labelled editor that says what is wrong', async () => {
    vi.stubGlobal('fetch', async () => new Response('{"rows":[]}'))
    const f = field(type, { options: [{ id: 'a', label: 'A 重点' }], ref: 'customer', required: true, result: 'decimal', lines: { fields: [{ key: 'qty', type: 'decimal', label: '数量' }] } })
    const w = mount(FieldEdit, { props: { field: f, id: 'x', error: '请填写', modelValue: samples[type] as never }, global, attachTo: document.body })
    await flushPromises()
    expect(w.get('label').attributes('for')).toBe('x')
    expect(w.text()).toContain('请填写')
    w.unmount()
  })
})

describe('money editor', () => {
  const open = (value: Value) => mount(MoneyEdit, { props: { field: field('money'), id: 'x', modelValue: value as never, 'onUpdate:modelValue': (v: unknown) => w.setProps({ modelValue: v as never }) }, global })
  let w: ReturnType<typeof open>
  test('shows separators, takes what is typed and keeps the currency of the record', async () => {
    w = open({ minor: 128000, currency: 'USD' })
    const input = w.get('input')
    expect(input.element.value).toBe('1,280.00')
    await input.trigger('focus')
    expect(input.element.value).toBe('1280.00')
    await input.setValue('2,500.5')
    expect(w.emitted('update:modelValue')?.at(-1)).toEqual([{ minor: 250050, currency: 'USD' }])
    await input.trigger('blur')
    expect(input.element.value).toBe('2,500.50')
  })
  test('says so when it is no amount, and does not lose the last one', async () => {
    w = open({ minor: 100, currency: 'CNY' })
    await w.get('input').trigger('focus')
    await w.get('input').setValue('abc')
    expect(w.emitted('update:modelValue')).toBeUndefined()
    expect(w.get('[role=alert]').text()).toContain('金额')
  })
})

describe('int editor', () => {
  test('full-width digits count, anything else goes back', async () => {
    const w = mount(IntEdit, { props: { field: field('int'), id: 'x', modelValue: 5 }, global })
    await w.get('input').setValue('１２')
    expect(w.emitted('update:modelValue')?.at(-1)).toEqual([12])
    await w.get('input').setValue('1.5')
    expect(w.emitted('update:modelValue')).toHaveLength(1)
  })
})

describe('phones editor', () => {
  test('adds a row, labels it and sends what was typed', async () => {
    const w = mount(PhonesEdit, { props: { field: field('phones'), id: 'x', modelValue: null, 'onUpdate:modelValue': (v: unknown) => w.setProps({ modelValue: v as never }) }, global })
    await w.get('input').setValue('13816892201')
    await w.get('.add').trigger('click')
    await w.findAll('select')[1]?.setValue('fax')
    await w.findAll('input')[1]?.setValue('0755 83001234')
    expect(w.emitted('update:modelValue')?.at(-1)).toEqual([[{ label: 'mobile', number: '13816892201' }, { label: 'fax', number: '0755 83001234' }]])
  })
  test('the Enter that confirms a candidate of an input method adds nothing', async () => {
    const w = mount(PhonesEdit, { props: { field: field('phones'), id: 'x', modelValue: null }, global })
    await w.get('input').trigger('keydown', { key: 'Enter', isComposing: true })
    expect(w.emitted('update:modelValue')).toBeUndefined()
    await w.get('input').trigger('keydown', { key: 'Enter' })
    expect(w.emitted('update:modelValue')).toHaveLength(1)
  })
})

describe('decimal editor', () => {
  const open = (f: Partial<Field>, value: Value) => {
    const w = mount(DecimalEdit, { props: { field: field('decimal', f), id: 'x', modelValue: value as never, 'onUpdate:modelValue': (v: unknown) => w.setProps({ modelValue: v as never }) }, global })
    return w
  }
  test('takes what an input method types, keeps its places, never rounds in binary', async () => {
    const w = open({ decimals: 3 }, null)
    await w.get('input').trigger('focus')
    await w.get('input').setValue('１，２３４。０００５')
    expect(w.emitted('update:modelValue')?.at(-1)).toEqual(['1234.001'])
    await w.get('input').trigger('blur')
    expect(w.get('input').element.value).toBe('1,234.001')
  })
  test('what is no number stays to be mended, and the last number with it', async () => {
    const w = open({ decimals: 2 }, '5.00')
    await w.get('input').trigger('focus')
    await w.get('input').setValue('5O')
    expect(w.emitted('update:modelValue')).toBeUndefined()
    expect(w.get('[role=alert]').text()).toContain('数字')
    expect(w.get('input').element.value).toBe('5O')
  })
})

describe('multiselect editor', () => {
  const options = (n: number) => Array.from({ length: n }, (_, i) => ({ id: String(i), label: '选项' + i, retired: i === 1 }))
  test('a few choices are check boxes; a retired one shows only where it is chosen', async () => {
    const w = mount(MultiSelectEdit, { props: { field: field('multiselect', { options: options(4) }), id: 'x', modelValue: ['2'] }, global })
    expect(w.findAll('input[type=checkbox]')).toHaveLength(3)
    await w.findAll('input')[0]!.setValue(true)
    expect(w.emitted('update:modelValue')?.at(-1)).toEqual([['0', '2']])
    await w.setProps({ modelValue: ['1'] })
    expect(w.findAll('input[type=checkbox]')).toHaveLength(4)
  })
  test('many are searched', () => {
    const w = mount(MultiSelectEdit, { props: { field: field('multiselect', { options: options(40) }), id: 'x', modelValue: null }, global })
    expect(w.find('.el-select').exists()).toBe(true)
  })
})

describe('region editor', () => {
  function hub() {
    vi.stubGlobal('fetch', async (url: string) => {
      const q = new URL(url, 'http://x').searchParams
      if (q.get('q')) return new Response(JSON.stringify({ rows: [{ code: '330106', name: '浙江省杭州市西湖区' }] }))
      return new Response(JSON.stringify([['33', '浙江省'], ['3301', '杭州市'], ['330106', '西湖区'], ['44', '广东省']]))
    })
  }
  const open = (f: Partial<Field> = {}) => {
    const w = mount(RegionEdit, { props: { field: field('region', f), id: 'x', modelValue: null, 'onUpdate:modelValue': (v: unknown) => w.setProps({ modelValue: v as never }) }, global, attachTo: document.body })
    return w
  }
  test('CUS-06 浙杭西 and Enter are a district; an Enter of the input method is not', async () => {
    hub()
    const w = open({ chained: true })
    await w.get('input').setValue('浙杭西')
    await vi.waitFor(() => expect(w.find('[role=option]').exists()).toBe(true))
    await w.get('input').trigger('keydown', { key: 'Enter', isComposing: true })
    expect(w.emitted('update:modelValue')).toBeUndefined()
    await w.get('input').trigger('keydown', { key: 'Enter' })
    expect(w.emitted('update:modelValue')?.at(-1)).toEqual([{ code: '330106', name: '浙江省杭州市西湖区' }])
    w.unmount()
  })
  test('CUS-06 level by level: province, city, district', async () => {
    hub()
    const w = open({ chained: true })
    await w.get('input').trigger('click')
    for (const name of ['浙江省', '杭州市', '西湖区']) {
      await vi.waitFor(() => expect(w.findAll('.level button').some((b) => b.text() === name)).toBe(true))
      await w.findAll('.level button').find((b) => b.text() === name)!.trigger('click')
    }
    await vi.waitFor(() => expect(w.emitted('update:modelValue')?.at(-1)).toEqual([{ code: '330106', name: '浙江省杭州市西湖区' }]))
    w.unmount()
  })
  test('with the chain off any words stand', async () => {
    hub()
    const w = open()
    await w.get('input').setValue('越南胡志明市')
    await w.get('input').trigger('keydown', { key: 'Tab' })
    expect(w.emitted('update:modelValue')?.at(-1)).toEqual([{ code: '', name: '越南胡志明市', text: '越南胡志明市' }])
    w.unmount()
  })
})

describe('CUS-05 a way of contact is a click away', () => {
  const view = (type: FieldType, value: Value, more: Partial<Field> = {}) => mount(FieldView, { props: { field: field(type, more), value }, global })
  test.each<[FieldType, Value, string, Partial<Field>]>([
    ['phones', [{ label: 'mobile', number: '+8613816892201', display: '138 1689 2201' }], 'tel:+8613816892201', {}],
    ['email', 'a@b.cn', 'mailto:a@b.cn', {}],
    ['url', 'https://b.cn', 'https://b.cn', {}],
    ['im', '80012345', 'tencent://message/?uin=80012345', { im: 'qq' }],
  ])('%s', async (type, value, href, more) => {
    const w = view(type, value, more)
    await vi.waitFor(() => expect(w.get('a').attributes('href')).toBe(href))
  })
  test('WeChat has no link; its name is copied, without the clipboard of secure pages too', async () => {
    const w = view('im', 'wx-name', { im: 'wechat' })
    await vi.waitFor(() => expect(w.text()).toBe('wx-name'))
    expect(w.find('a').exists()).toBe(false)
    Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })
    let copied = ''
    document.execCommand = () => {
      copied = document.querySelector('textarea')?.value ?? ''
      return true
    }
    await w.get('button').trigger('click')
    await vi.waitFor(() => expect(copied).toBe('wx-name'))
  })
})

describe('CUS-24 stock phrases', () => {
  test('a click adds one to the remark, behind what stands there', async () => {
    vi.stubGlobal('fetch', async () => new Response('{"phrases":["已寄样品","约下周回访"],"similarNames":true,"ignoredWords":[]}'))
    const w = mount(LongTextEdit, { props: { field: { ...field('longtext'), key: 'notes' }, id: 'x', modelValue: '客户要报价', 'onUpdate:modelValue': (v: unknown) => w.setProps({ modelValue: v as never }) }, global })
    await vi.waitFor(() => expect(w.findAll('.chip')).toHaveLength(2))
    await w.findAll('.chip')[0]!.trigger('click')
    await w.findAll('.chip')[1]!.trigger('click')
    expect(w.emitted('update:modelValue')?.at(-1)).toEqual(['客户要报价；已寄样品；约下周回访'])
  })
})

describe('CUS-06 a new value of a dictionary', () => {
  test('is at once choosable, and the old ones stay as they are', async () => {
    let options = [{ id: 'a', label: '展会', labels: { 'zh-CN': '展会', en: 'Fair' }, tone: 'neutral' }]
    let sent: unknown
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      if (init.method === 'PUT') {
        sent = JSON.parse(String(init.body))
        options = [...options, { id: 'n1', label: '抖音', labels: { 'zh-CN': '抖音', en: '' }, tone: 'neutral' }]
      }
      return new Response(JSON.stringify(url.includes('/meta') ? { rev: 2, entities: {}, menu: [], users: [] } : { dicts: [{ key: 'source', options }] }))
    })
    setActivePinia(createPinia())
    expect(await addValue('source', '抖音', 'zh-CN')).toBe('n1')
    expect(sent).toEqual({ options: [{ id: 'a', labels: { 'zh-CN': '展会', en: 'Fair' }, tone: 'neutral' }, { labels: { 'zh-CN': '抖音' } }] })
    expect(await addValue('source', '展会', 'zh-CN')).toBe('a')
  })
})

describe('rating editor', () => {
  test('stars by mouse and by key', async () => {
    const w = mount(RatingEdit, { props: { field: field('rating'), id: 'x', modelValue: null, 'onUpdate:modelValue': (v: unknown) => w.setProps({ modelValue: v as never }) }, global })
    await w.findAll('button')[3]!.trigger('click')
    expect(w.emitted('update:modelValue')?.at(-1)).toEqual([4])
    await w.get('[role=slider]').trigger('keydown', { key: 'ArrowRight' })
    expect(w.emitted('update:modelValue')?.at(-1)).toEqual([5])
    await w.get('[role=slider]').trigger('keydown', { key: 'Delete' })
    expect(w.emitted('update:modelValue')?.at(-1)).toEqual([null])
  })
})

describe('url', () => {
  test('only a web address becomes a link', () => {
    const link = (value: string) => mount(UrlView, { props: { field: field('url'), value } }).find('a')
    expect(link('https://a.cn').attributes('href')).toBe('https://a.cn')
    expect(link('www.a.cn').attributes('href')).toBe('http://www.a.cn')
    expect(link('javascript:alert(1)').exists()).toBe(false)
    expect(link('data:text/html,x').exists()).toBe(false)
  })
})
