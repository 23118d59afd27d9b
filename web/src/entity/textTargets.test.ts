import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { useMeta } from '@/api/meta'
import { queryClient } from '@/api/queries'
import type { Meta, Rec } from '@/api/types'
import { i18n, setLang } from '@/i18n'
import SendText from './SendText.vue'
import { takesText, textTargets } from './textTargets'

const phone = (label: 'mobile' | 'office' | 'fax', number: string) => ({ label, number, display: number.replace('+86', '') })
const rec = (entity: string, id: string, label: string, phones: ReturnType<typeof phone>[], more = {}): Rec =>
  ({ id, rev: 1, entity, label, values: { name: label, phones, ...more }, createdAt: 0, updatedAt: 0, may: { edit: true, delete: true } })
const company = rec('customer', '1', '精工模具', [phone('office', '+8657187654300'), phone('fax', '+8657187654301')])
const wang = rec('contact', '2', '王志强', [phone('mobile', '+8613800138000'), phone('office', '+8657187654300')], { title: '总经理' })
const li = rec('contact', '3', '李秀英', [phone('office', '+8613957108806')], { title: '财务主管' })

test('a text goes to mobiles, under whatever label they stand, never to a fax', () => {
  expect(takesText(phone('office', '+8613957108806'))).toBe(true)
  expect(takesText(phone('office', '+8657187654300'))).toBe(false)
  expect(takesText(phone('fax', '+8613957108806'))).toBe(false)
})
test('SMS-01 a company of landlines is written to through its people', () => {
  expect(textTargets(company, [wang, li])).toEqual([
    { to: '+8613800138000', display: '13800138000', name: '王志强', sub: '总经理', party: { entity: 'contact', id: '2', label: '王志强' } },
    { to: '+8613957108806', display: '13957108806', name: '李秀英', sub: '财务主管', party: { entity: 'contact', id: '3', label: '李秀英' } },
  ])
})
test('its own mobile comes first and is the company itself', () => {
  const person = rec('customer', '4', '林海燕', [phone('mobile', '+8613900001111')])
  expect(textTargets(person, [wang]).map((x) => [x.name, x.sub, x.party.entity])).toEqual([['林海燕', '', 'customer'], ['王志强', '总经理', 'contact']])
})

describe('the button', () => {
  let asked: { filter: object }[] = []
  let answer: Rec[] = []
  const pinia = createPinia()
  beforeEach(async () => {
    setActivePinia(pinia)
    await setLang('zh-CN')
    queryClient.clear()
    asked = []
    useMeta().meta = { rev: 1, entities: { contact: { related: [] }, customer: { related: [{ entity: 'contact', field: 'customer', label: '联系人' }] } }, menu: [], users: [] } as unknown as Meta
    vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
      asked.push(JSON.parse(String(init.body)))
      return new Response(JSON.stringify({ rows: answer }))
    })
  })
  afterEach(() => vi.unstubAllGlobals())
  const button = () => mount(SendText, { props: { record: company }, global: { plugins: [pinia, i18n] }, attachTo: document.body })

  test('offers every person with a mobile, by keyboard', async () => {
    answer = [wang, li]
    const w = button()
    await vi.waitFor(() => expect(asked[0]?.filter).toEqual({ field: 'customer', op: 'eq', value: '1' }))
    await vi.waitFor(async () => {
      if (!w.find('[role=menuitem]').exists()) await w.get('button').trigger('click')
      expect(w.findAll('[role=menuitem]').map((x) => x.text())).toEqual(['王志强总经理13800138000', '李秀英财务主管13957108806'])
    })
    await w.get('.dd').trigger('keydown', { key: 'ArrowDown' })
    await w.findAll('[role=menuitem]')[1]!.trigger('click')
    expect(w.emitted('choose')![0]).toEqual([expect.objectContaining({ to: '+8613957108806', party: { entity: 'contact', id: '3', label: '李秀英' } })])
    w.unmount()
  })
  test('asks nothing where there is one number only', async () => {
    answer = [wang]
    const w = button()
    await vi.waitFor(() => expect(w.find('.dd').exists()).toBe(false))
    await w.get('button').trigger('click')
    expect(w.emitted('choose')![0]).toEqual([expect.objectContaining({ to: '+8613800138000' })])
    w.unmount()
  })
  test('says what to do where nobody has a mobile', async () => {
    answer = []
    const w = button()
    await w.get('button').trigger('click')
    expect(w.text()).toContain('请先填写手机号码')
    w.unmount()
  })
})
