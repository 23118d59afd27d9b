// What breaks, and what must not be lost by it.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch, person, picture } from './browser'
import { api, logIn, people } from './login'
import { Office, until } from './office'

let office: Office
let browser: Browser
let context: BrowserContext
let page: Page

beforeAll(async () => {
  office = await Office.open({ demo: true })
  browser = await launch()
  context = await person(browser)
  page = await context.newPage()
  await logIn(page, office)
})
afterAll(async () => {
  await browser?.close()
  await office?.close()
})

const card = () => page.locator('section.card')

test('the hub dies in mid-call: the card comes back, the call stays whole', async () => {
  await office.ring({ from: '13800138000', talkMs: 8000 })
  await card().filter({ hasText: '王志强' }).waitFor()
  await office.killHub()
  await page.reload().catch(() => {})
  await office.startHub()
  // The browser's own error page may still be loading, and then ends the first try.
  await until('the page to load', () => page.goto(office.url).then(() => true, () => false))
  await card().filter({ hasText: '王志强' }).waitFor()
  await until('the call to be whole', async () => {
    const { rows } = await api<{ rows: { state: string; outcome?: string; recording?: { state: string } }[] }>(context, office, 'get', '/api/calls?number=13800138000&limit=1')
    return rows[0]?.state === 'ended' && rows[0].outcome === 'answered' && rows[0].recording?.state === 'ready'
  }, 60_000)
})

test('an expired session: a clear dialog, the note not yet saved is there after login', async () => {
  await office.ring({ from: '13957108806', talkMs: 10_000, rings: 2 })
  await card().filter({ hasText: '李秀英' }).waitFor()
  await card().locator('textarea').first().click()
  await context.clearCookies()
  await card().locator('textarea').first().fill('李会计说月底前付第一笔。')
  await page.getByText('登录已过期').first().waitFor()
  await picture(page, 'session-expired')
  await page.locator('input[type=password]').fill(people.manager.password)
  await page.keyboard.press('Enter')
  await page.getByText('登录已过期').first().waitFor({ state: 'detached' })
  expect(await card().locator('textarea').first().inputValue()).toBe('李会计说月底前付第一笔。')
  await until('the note to be kept by the hub', async () => {
    const { rows } = await api<{ rows: { notes: { text: string }[] }[] }>(context, office, 'get', '/api/calls?number=13957108806&limit=1')
    return rows[0]?.notes[0]?.text === '李会计说月底前付第一笔。'
  })
})

test('SEC-27: five wrong passwords lock the account, in words', async () => {
  const other = await person(browser)
  const p = await other.newPage()
  await p.goto(office.url)
  for (let i = 0; i < 5; i++) {
    await p.fill('input[name=login]', 'liwei')
    await p.fill('input[name=password]', 'wrong-' + i)
    await p.keyboard.press('Enter')
    await p.locator('[role=alert]').waitFor()
    await until('the form to be free again', async () => (await p.inputValue('input[name=password]')) === '')
  }
  await p.getByRole('button', { name: /请等待/ }).waitFor()
  await picture(p, 'locked')
  const answer = await other.request.post(office.url + '/api/login', { data: { login: 'liwei', password: 'demo-liwei' } })
  expect(answer.status()).toBe(423)
  await other.close()
})
