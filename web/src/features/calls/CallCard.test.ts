import { mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { nextTick } from 'vue'
import { createRouter, createMemoryHistory } from 'vue-router'
import { emit } from '@/api/bus'
import { useSession } from '@/api/session'
import type { Card, Me } from '@/api/types'
import { i18n, setLang } from '@/i18n'
import CallCards from './CallCards.vue'
import { knownCard, namelessCard, restrictedCard, sharedCard, unknownCard } from './fixtures'

interface Asked {
  method: string
  path: string
  body: unknown
}

const me = { id: 'u1', name: '陈静', ringSound: 'off', lang: 'zh-CN' } as Me
let asked: Asked[] = []
let answers: Record<string, unknown> = {}
let page: VueWrapper

/** The hub, as far as a card asks it. */
function hub(url: string, init?: RequestInit) {
  const path = url.replace(/^\/api/, '').replace(/\?.*/, '')
  asked.push({ method: init?.method ?? 'GET', path, body: init?.body ? JSON.parse(init.body as string) : undefined })
  const answer = answers[path] ?? (path === '/calls/active' ? { cards: [], lines: [], connected: true } : {})
  return Promise.resolve(new Response(JSON.stringify(answer), { status: 200 }))
}

beforeEach(async () => {
  asked = []
  answers = {}
  localStorage.clear()
  vi.stubGlobal('fetch', hub)
  setActivePinia(createPinia())
  await setLang('zh-CN')
  useSession().me = me
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { template: '<i/>' } }] })
  page = mount(CallCards, { global: { plugins: [i18n, router] }, attachTo: document.body })
})
afterEach(() => {
  page.unmount()
  vi.unstubAllGlobals()
})

async function show(card: Card) {
  emit('card', card)
  await nextTick()
  return page.get(`[data-call="${card.call.id}"]`)
}
const id = (change = {}) => ({ id: 'call-' + Math.random(), ...change })
const buttons = () => page.findAll('.card .btn').map((b) => b.text()).filter(Boolean)
const settled = () => vi.waitFor(() => undefined)

describe('the card', () => {
  test('TEL-05 a known caller: name, level, owner, the record one click away', async () => {
    const card = await show(knownCard(Date.now(), id()))
    expect(card.attributes('role')).toBe('dialog')
    for (const text of ['王志强', 'A', '苏州文博精密模具有限公司', '负责人 陈静', '138 1689 2201', '来电']) expect(card.text()).toContain(text)
    expect(card.get('.btn.primary').attributes('href')).toBe('/o/customer/7')
  })

  test('TEL-06 the latest dealings: records, opportunity, orders, balance with what is overdue, tickets', async () => {
    const card = await show(knownCard(Date.now(), id()))
    for (const text of ['¥48,600.00', '逾期 ¥12,800.00', 'T-1042 注塑件尺寸偏差', '二期模具 12 套', 'XS26110007', '确认交期，月底前发第二批']) expect(card.text()).toContain(text)
    expect(card.get('.figure .bad').text()).toBe('逾期 ¥12,800.00')
  })

  test('what the user may not see is not there', async () => {
    const card = await show(knownCard(Date.now(), id(), { balance: undefined, tickets: undefined }))
    expect(card.text()).not.toContain('应收余额')
    expect(card.text()).not.toContain('未结工单')
  })

  test('TEL-08 an unknown number is filed with two fields and one Enter', async () => {
    const c = unknownCard(Date.now(), id())
    const card = await show(c)
    expect(card.text()).toContain('0755-8300 1234')
    expect(card.findAll('.kinds button').map((b) => b.text())).toEqual(['新客户', '老客户的联系人', '线索'])
    expect(buttons()).toContain('忽略')
    answers['/o/customer'] = { id: '90' }
    answers['/o/contact'] = { id: '91' }
    const [name, company] = card.findAll('.fields input')
    await name?.setValue('周琳')
    await company?.setValue('昆山宏达')
    await company?.trigger('keydown', { key: 'Enter' })
    await vi.waitFor(() => expect(asked.some((a) => a.path.endsWith('/link'))).toBe(true))
    expect(asked.find((a) => a.path === '/o/contact')?.body).toMatchObject({ values: { name: '周琳', customer: '90' } })
    expect(asked.find((a) => a.path.endsWith('/link'))?.body).toEqual({ entity: 'customer', id: '90', contact: '91' })
  })

  test('TEL-08 an Enter that confirms a word of an input method saves nothing', async () => {
    const card = await show(unknownCard(Date.now(), id()))
    const [name] = card.findAll('.fields input')
    await name?.setValue('zhou lin')
    await name?.trigger('keydown', { key: 'Enter', isComposing: true })
    await settled()
    expect(asked.some((a) => a.path.startsWith('/o/'))).toBe(false)
  })

  test('TEL-09 business starts with the customer and the call filled in', async () => {
    const card = await show(knownCard(Date.now(), id({ id: 'c9' })))
    expect(card.findAll('.others a').map((a) => a.attributes('href'))).toEqual(
      ['quote', 'order', 'ticket', 'opportunity', 'schedule'].map((entity) => `/o/${entity}/new?customer=7&contact=71&call=c9`),
    )
  })

  test('TEL-10 of a shared number the second is picked', async () => {
    const card = await show(sharedCard(Date.now(), id()))
    expect(card.findAll('.candidates b').map((b) => b.text())).toEqual(['王志强', '刘芳', '苏州文博包装材料厂'])
    await card.findAll('.candidates button')[1]?.trigger('click')
    await vi.waitFor(() => expect(asked.find((a) => a.path.endsWith('/link'))?.body).toEqual({ entity: 'customer', id: '7', contact: '72' }))
  })

  test('TEL-11 without the right: existing customer and its owner, nothing else', async () => {
    const card = await show(restrictedCard(Date.now(), id()))
    expect(card.get('h2').text()).toBe('已有客户')
    expect(card.text()).toContain('由 陈静 负责')
    expect(card.text()).not.toContain('¥')
    expect(card.find('textarea').exists()).toBe(false)
  })

  test('TEL-12 taken by another: one line that names him', async () => {
    const c = knownCard(Date.now(), id())
    await show(c)
    const bar = await show({ ...c, call: { ...c.call, handler: { id: 'u2', name: '李伟' } } })
    expect(bar.classes()).toContain('bar')
    expect(bar.text()).toContain('李伟 已接手')
  })

  test('TEL-12 Take asks the hub', async () => {
    await show(knownCard(Date.now(), id({ id: 'c12' })))
    await page.findAll('.card .btn').find((b) => b.text() === '接手')?.trigger('click')
    expect(asked.map((a) => a.method + ' ' + a.path)).toContain('POST /calls/c12/take')
  })

  test.each([
    ['withheld', '对方隐藏了号码'],
    ['unavailable', '电话局没有给出号码'],
    ['unreadable', '来电号码没有听清'],
  ] as const)('a caller %s is told in words and cannot be filed', async (caller, words) => {
    const card = await show(namelessCard(Date.now(), caller, id()))
    expect(card.get('h2').text()).toBe(words)
    expect(card.find('.fields').exists()).toBe(false)
  })

  test('a missed call asks to be called back', async () => {
    const card = await show(knownCard(Date.now(), id({ state: 'ended', outcome: 'missed', endedAt: Date.now() })))
    expect(card.text()).toContain('未接来电')
    expect(card.get('.btn.primary').attributes('href')).toBe('tel:+8613816892201')
  })

  test('it never takes the focus', async () => {
    const field = document.body.appendChild(document.createElement('input'))
    field.focus()
    await show(knownCard(Date.now(), id()))
    expect(document.activeElement).toBe(field)
    field.remove()
  })

  test('TEL-07 what is typed is not taken while an input method composes', async () => {
    vi.useFakeTimers()
    const card = await show(knownCard(Date.now(), id({ id: 'c7' })))
    const note = card.get('textarea')
    await note.trigger('compositionstart')
    await note.setValue('que ren')
    await vi.advanceTimersByTimeAsync(1000)
    expect(asked.some((a) => a.path.endsWith('/note'))).toBe(false)
    ;(note.element as HTMLTextAreaElement).value = '确认'
    await note.trigger('compositionend')
    await vi.advanceTimersByTimeAsync(500)
    expect(asked.find((a) => a.path === '/calls/c7/note')?.body).toEqual({ version: 0, text: '确认' })
    vi.useRealTimers()
  })

  test('the caller is told once to those who do not see', async () => {
    await show(knownCard(Date.now(), id()))
    expect(page.get('[aria-live]').text()).toBe('来电，王志强，线路1')
  })
})
