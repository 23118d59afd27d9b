// The main job as its users live it: the simulated exchange rings with real line audio,
// the card comes up, the call is taken, noted, recorded and played.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { fitsAcross, launch, person, phone, picture } from './browser'
import { api, logIn, people } from './login'
import { Office, until } from './office'

let office: Office
let browser: Browser
const open: BrowserContext[] = []

beforeAll(async () => {
  office = await Office.open({ demo: true })
  browser = await launch()
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') {
    for (const [i, page] of open.flatMap((c) => c.pages()).entries()) await picture(page, `failed-${task.name.split(':')[0]}-${i}`)
  }
  await office.idle()
  for (const context of open.splice(0)) {
    const { cards } = await api<{ cards: { call: { id: string } }[] }>(context, office, 'get', '/api/calls/active')
    for (const card of cards) await api(context, office, 'post', `/api/calls/${card.call.id}/close`)
    await context.close()
  }
})
afterAll(async () => {
  await browser?.close()
  await office?.close()
})

async function someone(who = people.manager, o: Parameters<typeof person>[1] = {}): Promise<{ page: Page; context: BrowserContext }> {
  const context = await person(browser, o)
  open.push(context)
  const page = await context.newPage()
  await logIn(page, office, who)
  return { page, context }
}

/** The newest open card once it stands in that phase. */
function card(page: Page, phase?: string) {
  return page.locator(phase ? `section.card[data-phase="${phase}"]` : 'section.card')
}

describe('a known customer calls', () => {
  test('TEL-01 TEL-05 TEL-06 TEL-07 REC-01 REC-05: card before the second ring, note, recording', async () => {
    const { page, context } = await someone()
    await office.ring({ from: '13800138000', talkMs: 4000 })
    await card(page).filter({ hasText: '王志强' }).waitFor()
    // The box says nothing of the second ring until it comes: still ringing, not yet answered.
    expect(await card(page).getAttribute('data-phase')).toBe('ringing')
    const text = await card(page).innerText()
    for (const part of ['杭州精工模具有限公司', '陈静', '138 0013 8000', '应收余额', '逾期', '工单', '商机', '订单']) expect(text, part).toContain(part)

    await card(page).getByRole('button', { name: '接手' }).click()
    await card(page).locator('textarea').first().fill('王总问第二批什么时候发，答应明天上午给准信。')
    await card(page).getByText('已保存').waitFor()
    await card(page, 'talking').waitFor()
    await picture(page, 'card-desktop')
    await card(page, 'ended').waitFor({ timeout: 60_000 })

    await card(page).getByRole('link', { name: /打开/ }).click()
    const note = page.getByText('王总问第二批什么时候发').first()
    await note.waitFor()
    await picture(page, 'customer-timeline')
    await office.idle()

    await page.goto(office.url + '/calls')
    await page.locator('text=王志强').first().waitFor()
    await page.locator('text=王志强').first().click()
    const play = page.getByRole('button', { name: '播放', exact: true }).first()
    await play.waitFor()
    await play.click()
    const at = () => page.locator('.player [aria-valuenow]').first().getAttribute('aria-valuenow')
    await until('the recording to play', async () => Number(await at()) >= 1)
    await page.getByRole('button', { name: /^播放速度/ }).first().click()
    await picture(page, 'call-log')

    const { rows } = await api<{ rows: { id: string; notes: { text: string }[]; recording: { state: string; durationMs: number } }[] }>(context, office, 'get', '/api/calls?number=13800138000&limit=1')
    expect(rows[0]!.notes[0]!.text).toContain('王总问第二批')
    expect(rows[0]!.recording.state).toBe('ready')
    expect(rows[0]!.recording.durationMs).toBeGreaterThan(3000)
    const part = await context.request.get(`${office.url}/api/calls/${rows[0]!.id}/recording`, { headers: { Range: 'bytes=100-199' } })
    expect(part.status()).toBe(206)
    expect((await part.body()).length).toBe(100)
  })

  test('TEL-12: the first to take it becomes its handler on every screen', async () => {
    const a = await someone(people.manager)
    const b = await someone({ login: 'admin', password: 'demo-admin' })
    await office.ring({ from: '13800138000', rings: 3, talkMs: 2500 })
    await card(b.page).getByRole('button', { name: '接手' }).waitFor()
    await card(a.page).getByRole('button', { name: '接手' }).click()
    await b.page.getByText('陈静 已接手').first().waitFor()
    expect(await card(b.page).getByRole('button', { name: '接手' }).count()).toBe(0)
  })

  test('TEL-11: who has no right to the customer learns only that he is one, and whose', async () => {
    const { page } = await someone(people.sales)
    await office.ring({ from: '13800138000', talkMs: 1500 })
    await card(page).getByText('这是已有客户，由 陈静 负责').waitFor()
    const text = await card(page).innerText()
    for (const secret of ['王志强', '精工模具', '应收', '¥']) expect(text, secret).not.toContain(secret)
  })

  test('TEL-13: caller display is each user\'s own choice', async () => {
    const a = await someone(people.manager)
    const b = await someone({ login: 'admin', password: 'demo-admin' })
    await api(a.context, office, 'put', '/api/me', { callerDisplay: false })
    await office.ring({ from: '13588001212', talkMs: 1500 })
    await card(b.page).filter({ hasText: '单文博' }).waitFor()
    expect(await card(a.page).filter({ hasText: '单文博' }).count()).toBe(0)
    await api(a.context, office, 'put', '/api/me', { callerDisplay: true })
    const log = await api<{ rows: unknown[] }>(a.context, office, 'get', '/api/calls?number=13588001212')
    expect(log.rows.length).toBeGreaterThan(0)
  })
})

describe('callers of other kinds', () => {
  test('TEL-08: an unknown number becomes a customer with two fields and one Enter', async () => {
    const { page, context } = await someone()
    await office.ring({ from: '18600001111', talkMs: 2500 })
    await card(page).filter({ hasText: '陌生号码' }).waitFor()
    await card(page).filter({ hasText: '186 0000 1111' }).waitFor()
    await picture(page, 'card-unknown')
    const boxes = card(page).locator('form.new input')
    await boxes.nth(0).fill('钱进')
    await boxes.nth(1).fill('湖州进取五金有限公司')
    await boxes.nth(1).press('Enter')
    await card(page).getByRole('link', { name: /打开/ }).waitFor()
    const log = await api<{ rows: { party?: { label: string } }[] }>(context, office, 'get', '/api/calls?number=18600001111')
    expect(log.rows).toHaveLength(1)
    expect(log.rows[0]!.party?.label).toContain('湖州进取五金有限公司')
  })

  test('TEL-10: a number of two contacts asks which, and files the call under the one picked', async () => {
    const { page, context } = await someone()
    await office.ring({ from: '13700137000', standard: 'dtmf', talkMs: 2000 })
    await card(page).getByText('沈磊').waitFor()
    await picture(page, 'card-shared')
    await card(page).locator('.candidates button').filter({ hasText: '潘静' }).click()
    await card(page).getByRole('heading', { name: /潘静/ }).waitFor()
    const log = await api<{ rows: { party?: { contact?: { label: string } } }[] }>(context, office, 'get', '/api/calls?number=13700137000&limit=1')
    expect(log.rows[0]!.party?.contact?.label).toBe('潘静')
  })

  test('TEL-03: withheld, and a burst with a wrong sum, are told in words and never as a number', async () => {
    const { page } = await someone()
    await office.ring({ from: 'P', talkMs: 1500 })
    await card(page).filter({ hasText: '对方隐藏了号码' }).waitFor()
    await office.idle()
    await card(page).getByRole('button', { name: '关闭来电卡片' }).first().click()
    await office.ring({ from: '13800138000', badSum: true, talkMs: 1500 })
    await card(page).filter({ hasText: '来电号码没有听清' }).waitFor()
    expect(await card(page).first().innerText()).not.toContain('138')
  })

  test('TEL-02: caller ID by DTMF; keys of an outgoing call are the number dialled, never a caller', async () => {
    const { page, context } = await someone()
    await office.ring({ from: '13957108806', standard: 'dtmf', talkMs: 1500 })
    await card(page).filter({ hasText: '李秀英' }).waitFor()
    await office.idle()
    await office.dial('057187654321', 2000)
    const last = async () => (await api<{ rows: { direction: string; number: string; state: string }[] }>(context, office, 'get', '/api/calls?limit=1')).rows[0]!
    await until('the dialled call to end', async () => (await last()).direction === 'out' && (await last()).state === 'ended')
    expect((await last()).number).toContain('57187654321')
  })

  test('several lines: the newest open, the other a bar; one being written in is not replaced', async () => {
    const { page } = await someone()
    await office.ring({ line: 1, from: '13800138000', rings: 3, talkMs: 6000 })
    await card(page).filter({ hasText: '王志强' }).waitFor()
    await card(page).locator('textarea').first().click()
    await office.ring({ line: 2, from: '13957108806', rings: 3, talkMs: 3000 })
    await page.locator('[class*=bar]').filter({ hasText: '李秀英' }).first().waitFor()
    expect(await card(page).innerText()).toContain('王志强')
    await picture(page, 'card-two-lines')
  })
})

describe('on a phone', () => {
  test('UIX-13 REC-05: card, customer and call log without side scrolling', async () => {
    const { page } = await someone(people.manager, { viewport: phone })
    await office.ring({ from: '13800138000', talkMs: 5000 })
    await card(page).filter({ hasText: '王志强' }).waitFor()
    await picture(page, 'card-phone')
    expect(await fitsAcross(page)).toBe(true)
    const sheet = (await card(page).boundingBox())!
    expect(sheet.height).toBeLessThanOrEqual(phone.height * 0.87)
    for (const button of await card(page).locator('button:visible, a.btn:visible').all()) {
      expect((await button.boundingBox())!.height, await button.innerText()).toBeGreaterThanOrEqual(43)
    }
    await card(page).getByRole('link', { name: /打开/ }).click()
    await page.getByText('王志强').first().waitFor()
    expect(await fitsAcross(page)).toBe(true)
    await picture(page, 'customer-phone')
    await office.idle()
    await page.goto(office.url + '/calls')
    await page.getByText('王志强').first().waitFor()
    expect(await fitsAcross(page)).toBe(true)
    await picture(page, 'calls-phone')
  })
})

describe('texts', () => {
  test('SMS-01 SMS-05: a Chinese text goes out from the customer\'s page and one comes in, both on the timeline', async () => {
    const { page, context } = await someone()
    const found = await api<{ rows: { id: string; entity: string }[] }>(context, office, 'get', '/api/lookup?entity=customer&q=' + encodeURIComponent('精工模具'))
    await page.goto(`${office.url}/o/customer/${found.rows[0]!.id}`)
    await page.getByRole('button', { name: '发短信', exact: true }).first().click()
    await page.getByRole('menuitem').filter({ hasText: '王志强' }).click()
    await page.getByPlaceholder('输入短信内容').first().fill('王总您好，样品今天寄出，请查收。')
    await page.getByRole('button', { name: '发送', exact: true }).first().click()
    await page.getByText('王总您好，样品今天寄出，请查收。').first().waitFor()
    await until('the modem to have sent it', async () => {
      const { rows } = await api<{ rows: { text: string; state: string }[] }>(context, office, 'get', '/api/sms?number=13800138000')
      return rows.some((s) => s.text.includes('样品今天寄出') && ['sent', 'delivered'].includes(s.state))
    })
    await office.text('+8613800138000', '收到样品了，质量很好，谢谢！')
    await page.getByText('收到样品了，质量很好，谢谢！').first().waitFor()
    await picture(page, 'customer-sms')
    await office.text('+8613911112222', '请问你们周末上班吗？')
    await page.goto(office.url + '/sms')
    await page.getByText('陌生号码').first().click()
    await page.getByText('请问你们周末上班吗？').first().waitFor()
  })
})
