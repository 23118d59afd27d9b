// Cards as the hub sends them, one for each thing a card can look like: for the tests and
// for the preview page of development.

import type { Call, Card } from '@/api/types'

const hour = 3_600_000
const day = 24 * hour

export interface Options {
  now: number
  id?: string
}

export function aCall(now: number, change: Partial<Call> = {}): Call {
  return {
    id: 'c1',
    line: 1,
    lineLabel: '线路1',
    direction: 'in',
    state: 'ringing',
    startedAt: now - 4000,
    number: '+8613816892201',
    display: '138 1689 2201',
    caller: 'known',
    place: '上海',
    carrier: '移动',
    notes: [],
    ...change,
  }
}

export function aCard(now: number, call: Partial<Call> = {}, change: Partial<Card> = {}): Card {
  return {
    call: aCall(now, call),
    mine: { addressed: true, closed: false },
    recent: [],
    candidates: [],
    near: [],
    actions: { open: false, create: [], start: [], sms: false, take: false },
    note: { version: 0, text: '' },
    ...change,
  }
}

const cny = (minor: number) => ({ minor, currency: 'CNY' })

export function knownCard(now: number, call: Partial<Call> = {}, change: Partial<Card> = {}): Card {
  return aCard(
    now,
    { burstEnd: now - 40, party: { entity: 'customer', id: '7', label: '苏州文博精密模具有限公司' }, ...call },
    {
      party: {
        entity: 'customer',
        id: '7',
        label: '王志强',
        kindLabel: '客户',
        level: { label: 'A', tone: 'bad' },
        company: '苏州文博精密模具有限公司',
        owner: { id: 'u2', name: '陈静' },
        contact: { id: '71', label: '王志强', title: '采购经理' },
      },
      balance: { due: cny(4_860_000), overdue: cny(1_280_000) },
      tickets: { count: 2, newest: { id: 't1', no: 'T-1042', title: '注塑件尺寸偏差' } },
      opportunities: { count: 1, newest: { id: 'o1', title: '二期模具 12 套', amount: cny(36_000_000) } },
      orders: [
        { id: 'd1', no: 'XS26110007', date: '2026-11-18', amount: cny(128_000), state: { label: '待发货', tone: 'warn' } },
        { id: 'd2', no: 'XS26101203', date: '2026-10-12', amount: cny(2_460_000), state: { label: '已完成', tone: 'ok' } },
      ],
      recent: [
        { at: now - 4 * day, kind: 'call', who: '陈静', text: '确认交期，月底前发第二批' },
        { at: now - 10 * day, kind: 'activity', who: '李伟', text: '拜访：看样，要求更新报价' },
        { at: now - 19 * day, kind: 'activity', who: '', text: '微信：已发合同扫描件' },
      ],
      actions: { open: true, create: [], start: ['quote', 'order', 'ticket', 'opportunity', 'schedule'], sms: true, take: true },
      ...change,
    },
  )
}

export function unknownCard(now: number, call: Partial<Call> = {}, change: Partial<Card> = {}): Card {
  return aCard(
    now,
    {
      id: 'c2', line: 2, lineLabel: '线路2', number: '+8675583001234', display: '0755-8300 1234', place: '广东 深圳',
      carrier: '', caller: 'unknown', burstEnd: now - 40, startedAt: now - 2000, ...call,
    },
    {
      near: [
        { entity: 'customer', id: '21', label: '深圳杰机电有限公司', sub: '总机 0755-8300 1200', owner: '赵敏', last: { at: now - 30 * day, text: '报价已发' } },
        { entity: 'contact', id: '22', label: '林欣怡', sub: '0755-8300 1235', owner: '周洋', contact: { id: '22', label: '林欣怡' } },
      ],
      missedBefore: 1,
      actions: { open: false, create: ['customer', 'contact', 'lead'], start: [], sms: true, take: true },
      ...change,
    },
  )
}

export function sharedCard(now: number, call: Partial<Call> = {}): Card {
  return aCard(
    now,
    { id: 'c3', caller: 'shared', number: '+8651262889000', display: '0512-6288 9000', place: '江苏 苏州', carrier: '', burstEnd: now - 40, ...call },
    {
      candidates: [
        { entity: 'customer', id: '7', label: '苏州文博精密模具有限公司', sub: '王志强 · 采购经理', owner: '陈静', last: { at: now - 4 * day, text: '确认交期，月底前发第二批' }, contact: { id: '71', label: '王志强' } },
        { entity: 'customer', id: '7', label: '苏州文博精密模具有限公司', sub: '刘芳 · 财务', owner: '陈静', last: { at: now - 60 * day, text: '对账单已寄' }, contact: { id: '72', label: '刘芳' } },
        { entity: 'supplier', id: '9', label: '苏州文博包装材料厂', sub: '前台', owner: '李伟' },
      ],
      actions: { open: false, create: ['customer', 'contact'], start: [], sms: false, take: true },
    },
  )
}

export function restrictedCard(now: number, call: Partial<Call> = {}): Card {
  return aCard(now, { id: 'c5', restricted: { owner: '陈静' }, burstEnd: now - 40, ...call }, { actions: { open: false, create: [], start: [], sms: false, take: true } })
}

/** A caller without a number to look up: withheld, unavailable, unreadable, none. */
export function namelessCard(now: number, caller: Call['caller'], call: Partial<Call> = {}): Card {
  return aCard(
    now,
    { id: 'c6', caller, number: '', display: '', place: '', carrier: '', ...call },
    { actions: { open: false, create: ['customer', 'contact', 'lead'], start: [], sms: false, take: true } },
  )
}
