// Paper: what an office prints from list and record, and how it draws its layouts.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fitsAcross, launch, person, phone, picture } from './browser'
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
  page.on('pageerror', (err) => console.log('page error', err.message))
  await logIn(page, office, people.admin)
})
afterAll(async () => {
  await browser?.close()
  await office?.close()
})

/** The words on a PDF, without the room between them. */
function words(data: Buffer): string {
  const name = join(mkdtempSync(join(tmpdir(), 'bellhop-print-')), 'a.pdf')
  writeFileSync(name, data)
  return execFileSync('pdftotext', ['-layout', name, '-'], { encoding: 'utf8' }).replace(/[^\S\f]+/g, '')
}
/** What the preview shows: the file the page was answered with last. */
async function previewed(act: () => Promise<unknown>, path = /\/print(-list)?$|\/preview$/): Promise<string> {
  const [answer] = await Promise.all([page.waitForResponse((r) => path.test(new URL(r.url()).pathname) && r.request().method() === 'POST'), act()])
  expect(answer.status(), await answer.text().catch(() => '')).toBe(200)
  return words(await answer.body())
}
const row = (n: number) => page.locator('.body > .row').nth(n)
const tick = (n: number) => row(n).getByRole('checkbox').click({ force: true })
const dialog = () => page.getByRole('dialog')
const printTicked = () => page.getByRole('toolbar').getByRole('button', { name: '打印' }).click()

test('IMP-07 from the list of orders, one click previews a ticked order in the chosen layout', async () => {
  await page.goto(office.url + '/o/order')
  await tick(1)
  const { rows } = await api<{ rows: { label: string; values: { customer: { label: string } } }[] }>(context, office, 'post', '/api/o/order/query', {})
  const first = await previewed(printTicked)
  expect(first).toContain(rows[1]!.label)
  expect(first).toContain(rows[1]!.values.customer.label.replace(/\s/g, ''))
  await dialog().locator('iframe').waitFor()
  await picture(page, 'print-order')
  const plain = await previewed(() => dialog().getByText('A4（不含价格）').click())
  expect(plain).toContain(rows[1]!.label)
  expect(plain).not.toContain('¥')
  await dialog().getByRole('button', { name: '关闭' }).last().click()
  // The layout used last is the one shown at once.
  expect(await previewed(printTicked)).not.toContain('¥')
  expect(await dialog().getByRole('radio', { name: 'A4（不含价格）' }).isChecked()).toBe(true)
  await dialog().getByRole('button', { name: '关闭' }).last().click()
  expect(page.url()).toContain('/o/order')
})

test('QRY-03 envelopes and labels for what was found and ticked, and for one', async () => {
  await page.goto(office.url + '/o/customer?q=' + encodeURIComponent('有限'))
  for (const n of [0, 1, 2]) await tick(n)
  await previewed(printTicked)
  const envelopes = await previewed(() => dialog().getByText('信封 5 号 DL').click())
  expect(envelopes.split('\f').filter(Boolean)).toHaveLength(3)
  expect(envelopes).toContain('收')
  await picture(page, 'print-envelopes')
  const labels = await previewed(() => dialog().getByText('标签 3×8（A4）').click())
  expect(labels.split('\f').filter(Boolean)).toHaveLength(1)
  await picture(page, 'print-labels')
  await dialog().getByRole('button', { name: '关闭' }).last().click()
})

test('IMP-06 a list is printed whole; any page prints without menus, with page number, date and user', async () => {
  await page.goto(office.url + '/o/customer')
  await row(0).waitFor()
  const count = Number((await page.locator('.top .count').innerText()).replace(/\D/g, ''))
  const list = await previewed(() => page.keyboard.press('Control+p'))
  expect(list).toContain(`共${count}条`)
  expect(list).toContain(people.admin.name)
  expect(list).toMatch(/第1页\/共\d+页/)
  await picture(page, 'print-list')
  await dialog().getByRole('button', { name: '关闭' }).last().click()

  await page.goto(office.url + '/')
  await page.getByRole('heading').first().waitFor()
  const paper = words(await page.pdf({ format: 'A4' }))
  expect(paper).toContain(people.admin.name)
  expect(paper).toContain(String(new Date().getFullYear()))
  expect(paper).toMatch(/1\/\d/)
  expect(paper).not.toContain('渠道商') // the menu
})

test('CFG-14 a layout is ticked, drawn, nudged by keys and offered at print', async () => {
  await page.goto(office.url + '/settings/print?entity=order')
  await page.getByRole('button', { name: '复制 A4', exact: true }).click()
  await page.getByLabel('版式名称').fill('送货单')
  const without = await previewed(() => page.getByRole('button', { name: '去掉 单价' }).click())
  expect(without).not.toContain('单价')
  await picture(page, 'print-design-simple')
  await page.getByRole('button', { name: '画布' }).click()
  const title = page.locator('.element', { hasText: '销售订单' }).first()
  await title.focus()
  const before = await title.evaluate((el) => (el as HTMLElement).style.left)
  for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight')
  expect(await title.evaluate((el) => (el as HTMLElement).style.left)).not.toBe(before)
  expect(await page.getByLabel('左', { exact: true }).inputValue()).toMatch(/\d/)
  expect(await previewed(() => page.locator('.element-editor textarea').fill('送货单 {no}'))).toContain('送货单XS-')
  await picture(page, 'print-design-free')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('送货单', { exact: true }).waitFor()
  await page.goto(office.url + '/o/order')
  await tick(0)
  await previewed(printTicked)
  expect(await previewed(() => dialog().getByText('送货单').click())).toContain('送货单XS-')
  await dialog().getByRole('button', { name: '关闭' }).last().click()
})

test('a phone offers the file itself', async () => {
  const hand = await person(browser, { viewport: phone })
  const small = await hand.newPage()
  await logIn(small, office, people.admin)
  const { rows } = await api<{ rows: { id: string }[] }>(context, office, 'post', '/api/o/order/query', { limit: 1 })
  await small.goto(office.url + '/o/order/' + rows[0]!.id)
  await small.getByRole('button', { name: '更多' }).click()
  await small.getByRole('menuitem', { name: '打印' }).click()
  await until('the file to be ready', () => small.getByRole('button', { name: '下载 PDF' }).isEnabled())
  expect(await fitsAcross(small)).toBe(true)
  await picture(small, 'print-phone')
  const [file] = await Promise.all([small.waitForEvent('download'), small.getByRole('button', { name: '下载 PDF' }).click()])
  expect(file.suggestedFilename()).toMatch(/^销售订单.*\.pdf$/)
  await hand.close()
})
