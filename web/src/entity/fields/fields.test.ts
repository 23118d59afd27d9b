import { mount, flushPromises } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Field, FieldType, Value } from '@/api/types'
import { i18n, setLang } from '@/i18n'
import FieldEdit from './FieldEdit.vue'
import FieldView from './FieldView.vue'
import IntEdit from './int/Edit.vue'
import MoneyEdit from './money/Edit.vue'
import PhonesEdit from './phones/Edit.vue'
import UrlView from './url/View.vue'
import { widgets } from '.'

const field = (type: FieldType, more: Partial<Field> = {}): Field => ({ key: 'f', type, label: '标签', ...more })
const global = { plugins: [i18n, createPinia()], stubs: { RouterLink: { props: ['to'], template: '<a :href="to"><slot /></a>' } } }
beforeAll(() => setLang('zh-CN'))

const samples: Record<FieldType, Value> = {
  text: '王志强', longtext: '一\n二', int: 12345, money: { minor: 128000, currency: 'CNY' }, date: '2026-11-22', datetime: new Date('2026-11-22T14:05:00').getTime(),
  bool: true, select: 'a', phones: [{ label: 'mobile', number: '+8613816892201', display: '138 1689 2201', place: '苏州' }], email: 'a@b.cn', url: 'www.b.cn',
  ref: { id: '7', label: '青岛机电', entity: 'customer' }, user: { id: '1', name: '陈静' },
}
const shown: Record<FieldType, string> = {
  text: '王志强', longtext: '一\n二', int: '12,345', money: '¥1,280.00', date: '2026-11-22', datetime: '2026-11-22 14:05', bool: '是', select: 'A 重点',
  phones: '138 1689 2201', email: 'a@b.cn', url: 'www.b.cn', ref: '青岛机电', user: '陈静',
}

describe.each(Object.keys(widgets) as FieldType[])('%s', (type) => {
  test('is shown', () => {
    const f = field(type, { options: [{ id: 'a', label: 'A 重点', tone: 'bad' }], ref: 'customer' })
    expect(mount(FieldView, { props: { field: f, value: samples[type] }, global }).text()).toContain(shown[type])
    expect(mount(FieldView, { props: { field: f, value: null }, global }).text()).toBe('')
  })
  test('has a labelled editor that says what is wrong', async () => {
    const f = field(type, { options: [{ id: 'a', label: 'A 重点' }], ref: 'customer', required: true })
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

describe('url', () => {
  test('only a web address becomes a link', () => {
    const link = (value: string) => mount(UrlView, { props: { field: field('url'), value } }).find('a')
    expect(link('https://a.cn').attributes('href')).toBe('https://a.cn')
    expect(link('www.a.cn').attributes('href')).toBe('http://www.a.cn')
    expect(link('javascript:alert(1)').exists()).toBe(false)
    expect(link('data:text/html,x').exists()).toBe(false)
  })
})
