import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { nextTick } from 'vue'
import { useMeta } from '@/api/meta'
import { useSession } from '@/api/session'
import type { Entity, Me, Meta, Rec, Values } from '@/api/types'
import { i18n, setLang } from '@/i18n'
import EntityForm from './EntityForm.vue'

const customer: Entity = {
  name: 'customer', label: '客户', plural: '客户', icon: 'customer', title: 'name', party: true,
  fields: [
    { key: 'name', type: 'text', label: '名称', required: true },
    { key: 'city', type: 'text', label: '城市' },
    { key: 'phones', type: 'phones', label: '电话' },
    { key: 'balance', type: 'money', label: '余额', readOnly: true },
    { key: 'notes', type: 'longtext', label: '备注' },
  ],
  list: { columns: ['name'], sort: { field: 'name', desc: false } }, phone: { title: 'name' },
  form: { sections: [{ label: '基本', fields: ['name', 'city', 'phones', 'balance', 'notes'] }] },
  filters: [], actions: { create: true, edit: true, delete: true }, related: [],
}
const me = { id: '9', name: '陈静', role: 'sales', lang: 'zh-CN' } as Me
const rec = (rev: number, values: Values): Rec => ({ id: '5', rev, entity: 'customer', label: String(values.name), values, createdAt: 0, updatedAt: 0, updatedBy: { id: '2', name: '李伟' }, may: { edit: true, delete: true } })
const start = { name: '青岛机电', city: '青岛', phones: null, balance: null, notes: null }

type Handler = (method: string, path: string, body: never, headers: Record<string, string>) => [number, unknown]
let requests: { method: string; path: string; body: { values: Values; rev?: number }; headers: Record<string, string> }[] = []
/** The hub's copy of drafts; a test may look into it or fill it. */
let kept: { body: unknown; at: number } | null = null
function drafts(method: string, body: { body?: unknown }) {
  if (method === 'PUT') kept = { body: body.body, at: Date.now() }
  if (method === 'DELETE') kept = null
  return { drafts: kept ? [kept] : [], at: Date.now() }
}
function hub(handle: Handler) {
  requests = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const path = url.replace('/api', '')
    const body = JSON.parse(String(init.body ?? '{}')) as never
    if (path.endsWith('/duplicates')) return new Response('{"hits":[]}')
    if (path.startsWith('/drafts')) return new Response(JSON.stringify(drafts(init.method ?? '', body)))
    if (path === '/forms') return new Response('{"phrases":["已寄样品"],"similarNames":true,"ignoredWords":[]}')
    const headers = init.headers as Record<string, string>
    requests.push({ method: init.method ?? '', path, body, headers })
    const [status, answer] = handle(init.method ?? '', path, body, headers)
    if (status === 0) throw new TypeError('Failed to fetch')
    return new Response(JSON.stringify(answer), { status })
  })
}

let pinia: ReturnType<typeof createPinia>
let open: VueWrapper[] = []
function form(props: { record?: Rec; initial?: Values } = {}) {
  const w = mount(EntityForm, { props: { entity: 'customer', ...props }, global: { plugins: [pinia, i18n] }, attachTo: document.body })
  open.push(w)
  return w
}
const input = (w: VueWrapper, field: string) => w.get<HTMLInputElement>(`[data-field=${field}] input, [data-field=${field}] textarea`)
const ready = async (w: VueWrapper) => vi.waitFor(() => expect(w.find('[data-field=name] input').exists() && w.find('[data-field=notes] textarea').exists()).toBe(true), { timeout: 10_000 })
const saved = (w: VueWrapper) => vi.waitFor(() => expect(w.emitted('saved')).toBeTruthy(), { timeout: 5000 })

beforeEach(async () => {
  localStorage.clear()
  kept = null
  pinia = createPinia()
  setActivePinia(pinia)
  useMeta().meta = { rev: 1, entities: { customer }, menu: [], users: [] } as unknown as Meta
  useSession().me = me
  await setLang('zh-CN')
})
afterEach(() => {
  open.forEach((w) => w.unmount())
  open = []
  vi.unstubAllGlobals()
  document.body.innerHTML = ''
})

describe('form', () => {
  test('sends only what changed, with the revision it was changed on', async () => {
    hub((_m, _p, body: { values: Values }) => [200, rec(4, { ...start, ...body.values })])
    const w = form({ record: rec(3, start) })
    await ready(w)
    await input(w, 'city').setValue('烟台')
    await w.get('form').trigger('submit')
    await saved(w)
    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatchObject({ method: 'PUT', path: '/o/customer/5', body: { rev: 3, values: { city: '烟台' } } })
    expect(w.find('[data-field=balance]').exists()).toBe(false)
  })

  test('TEL-09 begins with what the card gave it, and sends it', async () => {
    hub((_m, _p, body: { values: Values }) => [201, rec(1, body.values)])
    const w = form({ initial: { phones: [{ label: 'mobile', number: '13816892201' }], notes: '要求报价' } })
    await ready(w)
    await input(w, 'name').setValue('王志强')
    await w.get('form').trigger('submit')
    await saved(w)
    expect(requests[0]?.body.values).toEqual({ name: '王志强', phones: [{ label: 'mobile', number: '13816892201' }], notes: '要求报价' })
  })

  test('what is missing is told at its field and nothing is sent', async () => {
    hub(() => [500, {}])
    const w = form()
    await ready(w)
    await w.get('form').trigger('submit')
    await flushPromises()
    expect(w.get('[data-field=name] .note').text()).toBe('请填写名称')
    expect(requests).toHaveLength(0)
  })

  test("the hub's objections stand at their fields", async () => {
    hub(() => [400, { error: { code: 'invalid', message: '请检查', fields: [{ field: 'city', message: '没有这个城市' }] } }])
    const w = form({ record: rec(3, start) })
    await ready(w)
    await input(w, 'city').setValue('亚特兰蒂斯')
    await w.get('form').trigger('submit')
    await vi.waitFor(() => expect(w.get('[data-field=city] .note').text()).toBe('没有这个城市'))
    expect(w.emitted('saved')).toBeUndefined()
  })

  test('a change by somebody else to another field joins by itself', async () => {
    const theirs = rec(4, { ...start, notes: '他们写的' })
    hub((_m, _p, body: { rev: number; values: Values }) =>
      body.rev === 3 ? [409, { error: { code: 'conflict', message: '已被修改' }, current: theirs }] : [200, rec(5, { ...theirs.values, ...body.values })],
    )
    const w = form({ record: rec(3, start) })
    await ready(w)
    await input(w, 'city').setValue('烟台')
    await w.get('form').trigger('submit')
    await saved(w)
    expect(requests[1]?.body).toEqual({ rev: 4, values: { city: '烟台' }, check: {} })
  })

  test('a change to the same field asks which one stays', async () => {
    const theirs = rec(4, { ...start, city: '威海' })
    hub((_m, _p, body: { rev: number; values: Values }) =>
      body.rev === 3 ? [409, { error: { code: 'conflict', message: '已被修改' }, current: theirs }] : [200, rec(5, { ...theirs.values, ...body.values })],
    )
    const w = form({ record: rec(3, start) })
    await ready(w)
    await input(w, 'city').setValue('烟台')
    await input(w, 'notes').setValue('我写的')
    await w.get('form').trigger('submit')
    await vi.waitFor(() => expect(w.find('dialog fieldset').exists()).toBe(true))
    expect(w.get('dialog').text()).toContain('李伟')
    await w.get('dialog input[value=theirs]').setValue(true)
    await w.get('dialog footer .primary').trigger('click')
    await saved(w)
    expect(requests).toHaveLength(2)
    expect(requests[1]?.body).toEqual({ rev: 4, values: { notes: '我写的' }, check: {} })
  })

  test('a failed save keeps every word as a draft; the next form has it again', async () => {
    hub(() => [0, {}])
    const first = form({ record: rec(3, start) })
    await ready(first)
    await input(first, 'notes').setValue('谈了一小时')
    await first.get('form').trigger('submit')
    await vi.waitFor(() => expect(first.find('.bar [role=alert]').exists()).toBe(true))
    first.unmount()
    open = []

    hub((_m, _p, body: { values: Values }) => [200, rec(4, { ...start, ...body.values })])
    const second = form({ record: rec(3, start) })
    await ready(second)
    expect(input(second, 'notes').element.value).toBe('谈了一小时')
    expect(second.text()).toContain('已恢复')
    await second.get('form').trigger('submit')
    await saved(second)
    second.unmount()
    open = []
    const third = form({ record: rec(4, start) })
    await ready(third)
    expect(third.text()).not.toContain('已恢复')
  })

  test('a draft is thrown away when asked', async () => {
    hub(() => [0, {}])
    localStorage.setItem('bellhop.draft.9.customer.5', JSON.stringify({ at: Date.now(), rev: 3, values: { city: '烟台' } }))
    const w = form({ record: rec(3, start) })
    await ready(w)
    expect(input(w, 'city').element.value).toBe('烟台')
    await w.get('.draft button').trigger('click')
    await nextTick()
    expect(input(w, 'city').element.value).toBe('青岛')
    expect(localStorage.getItem('bellhop.draft.9.customer.5')).toBeNull()
  })

  test('creating again after no answer repeats the same request, after a refusal makes another', async () => {
    let answer: [number, unknown] = [0, {}]
    hub(() => answer)
    const w = form()
    await ready(w)
    await input(w, 'name').setValue('王')
    const submit = async (n: number) => {
      await w.get('form').trigger('submit')
      await vi.waitFor(() => expect(requests).toHaveLength(n))
      await flushPromises()
    }
    await submit(1)
    answer = [400, { error: { code: 'invalid', message: '不行' } }]
    await submit(2)
    answer = [201, rec(1, { ...start, name: '王' })]
    await submit(3)
    const keys = requests.map((r) => r.headers['Idempotency-Key'])
    expect(keys[0]).toBe(keys[1])
    expect(keys[1]).not.toBe(keys[2])
  })

  test('Ctrl+S saves; the Enter of an input method does not', async () => {
    hub((_m, _p, body: { values: Values }) => [200, rec(4, { ...start, ...body.values })])
    const w = form({ record: rec(3, start) })
    await ready(w)
    await input(w, 'city').setValue('烟台')
    dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, isComposing: true }))
    await flushPromises()
    expect(requests).toHaveLength(0)
    dispatchEvent(new KeyboardEvent('keydown', { key: 's', ctrlKey: true }))
    await saved(w)
    expect(requests).toHaveLength(1)
  })

  test('remarks written by two at once can both stay', async () => {
    const theirs = rec(4, { ...start, notes: '他们写的' })
    hub((_m, _p, body: { rev: number; values: Values }) =>
      body.rev === 3 ? [409, { error: { code: 'conflict', message: '已被修改' }, current: theirs }] : [200, rec(5, { ...theirs.values, ...body.values })],
    )
    const w = form({ record: rec(3, start) })
    await ready(w)
    await input(w, 'notes').setValue('我写的')
    await w.get('form').trigger('submit')
    await vi.waitFor(() => expect(w.find('dialog input[value=both]').exists()).toBe(true))
    await w.get('dialog footer .primary').trigger('click')
    await saved(w)
    expect(requests[1]?.body.values).toEqual({ notes: '他们写的\n我写的' })
  })

  test('CUS-48 a phone that stands elsewhere: the record is shown, and saving goes on with a reason', async () => {
    const hit = { entity: 'customer', id: '', label: '', owner: { id: '2', name: '李伟' }, lastContact: 1790000000000, field: 'phones', value: '138 1689 2201', similar: false, open: false }
    hub((_m, _p, body: { values: Values; check?: { reason?: string } }) =>
      body.check?.reason ? [201, rec(1, { ...start, ...body.values })] : [409, { error: { code: 'conflict', key: 'record.duplicate', message: '相同' }, hits: [hit] }],
    )
    const w = form({ initial: { phones: [{ label: 'mobile', number: '13816892201' }] } })
    await ready(w)
    await input(w, 'name').setValue('另一家')
    await w.get('form').trigger('submit')
    await vi.waitFor(() => expect(w.find('dialog input[name=reason]').exists()).toBe(true))
    expect(w.get('dialog').text()).toContain('李伟')
    expect(w.get('dialog').text()).toContain('不在您的权限内')
    expect(w.get('dialog footer .primary').attributes('disabled')).toBeDefined()
    await w.get('dialog input[name=reason]').setValue('同一总机')
    await w.get('dialog footer .primary').trigger('click')
    await saved(w)
    expect((requests[1]?.body as unknown as { check: unknown }).check).toEqual({ reason: '同一总机' })
  })

  test('a draft of another device comes back; what has been typed here meanwhile is not pushed aside', async () => {
    hub(() => [500, {}])
    kept = { body: { at: Date.now() - 1000, rev: 3, values: { city: '大连' } }, at: Date.now() }
    const w = form({ record: rec(3, start) })
    await ready(w)
    await vi.waitFor(() => expect(input(w, 'city').element.value).toBe('大连'))
    expect(w.text()).toContain('另一台设备')
    await w.get('.draft button').trigger('click')
    await vi.waitFor(() => expect(kept).toBeNull())
    expect(input(w, 'city').element.value).toBe('青岛')
  })

  test('what is typed is on the hub soon, and gone from there once it is saved', async () => {
    hub((_m, _p, body: { values: Values }) => [200, rec(4, { ...start, ...body.values })])
    const w = form({ record: rec(3, start) })
    await ready(w)
    await input(w, 'city').setValue('烟台')
    await vi.waitFor(() => expect(kept?.body).toMatchObject({ rev: 3, values: { city: '烟台' } }), { timeout: 5000 })
    await w.get('form').trigger('submit')
    await saved(w)
    await vi.waitFor(() => expect(kept).toBeNull())
  })

  test('a field shows only while its condition holds, and keeps its value', async () => {
    const meta = useMeta()
    const fields = customer.fields.map((f) => (f.key === 'notes' ? { ...f, showIf: { field: 'city', op: 'eq', value: '青岛' } as never } : f))
    meta.meta = { ...meta.meta!, entities: { customer: { ...customer, fields } } }
    hub((_m, _p, body: { values: Values }) => [200, rec(4, { ...start, ...body.values })])
    const w = form({ record: rec(3, { ...start, notes: '青岛的事' }) })
    await ready(w)
    await input(w, 'city').setValue('烟台')
    expect(w.find('[data-field=notes]').exists()).toBe(false)
    await w.get('form').trigger('submit')
    await saved(w)
    expect(requests[0]?.body.values).toEqual({ city: '烟台' })
  })

  test('more than one fault is told above the fields, and leads to them', async () => {
    hub(() => [422, { error: { code: 'invalid', message: '请检查', fields: [{ field: 'city', message: '没有这个城市' }, { field: 'name', message: '太长' }] } }])
    const w = form({ record: rec(3, start) })
    await ready(w)
    await input(w, 'city').setValue('亚特兰蒂斯')
    await w.get('form').trigger('submit')
    await vi.waitFor(() => expect(w.get('.wrong').text()).toContain('有 2 处'))
    await w.findAll('.wrong button')[1]!.trigger('click')
    expect(document.activeElement).toBe(input(w, 'city').element)
  })

  test('Ctrl+S goes on in the form, Ctrl+Enter leaves it', async () => {
    hub((_m, _p, body: { values: Values }) => [200, rec(4, { ...start, ...body.values })])
    const w = form({ record: rec(3, start) })
    await ready(w)
    await input(w, 'city').setValue('烟台')
    dispatchEvent(new KeyboardEvent('keydown', { key: 's', ctrlKey: true }))
    await saved(w)
    expect(w.emitted('saved')?.[0]?.[1]).toBe(true)
    await input(w, 'city').setValue('威海')
    input(w, 'city').element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true }))
    await vi.waitFor(() => expect(w.emitted('saved')).toHaveLength(2))
    expect(w.emitted('saved')?.[1]?.[1]).toBe(false)
    expect(requests[1]?.body).toMatchObject({ rev: 4, values: { city: '威海' } })
  })
})
