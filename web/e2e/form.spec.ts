// A customer filled in, looked after and merged the way an office does it all day.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fitsAcross, launch, person, phone, picture } from './browser'
import { api, logIn, people } from './login'
import { Office, until } from './office'

let browser: Browser
let office: Office
let context: BrowserContext
let page: Page
interface Rec {
  id: string
  rev: number
  label: string
  values: Record<string, unknown>
}
beforeAll(async () => {
  browser = await launch()
  office = await Office.open({ demo: true })
  context = await person(browser)
  page = await context.newPage()
  await logIn(page, office)
})
afterAll(async () => {
  await browser?.close()
  await office?.close()
})
const field = (p: Page, key: string) => p.locator(`[data-field=${key}] input, [data-field=${key}] textarea`).first()
const make = (values: object) => api<Rec>(context, office, 'post', '/api/o/customer', { values })
const read = (id: string) => api<Rec>(context, office, 'get', `/api/o/customer/${id}`)

test('CUS-48 CUS-49 a known phone and a name alike show while typing; saving asks for a reason', async () => {
  await make({ name: '广州甲乙软件技术有限公司', phones: [{ label: 'mobile', number: '13955556666' }] })
  await page.goto(office.url + '/o/customer/new')
  await field(page, 'name').fill('甲乙软件')
  await page.locator('[data-field=name]').getByText('名称相近的记录').waitFor()
  await page.locator('[data-field=name]').getByText('广州甲乙软件技术有限公司').waitFor()
  await field(page, 'phones').fill('139 5555 6666')
  await page.locator('[data-field=phones]').getByText('这些记录中已有相同的内容').waitFor()
  await picture(page, 'form-duplicate')
  await page.keyboard.press('Control+Enter')
  const dialog = page.locator('dialog[open]')
  await dialog.getByText('已有相同的联系方式').waitFor()
  await dialog.locator('input[name=reason]').fill('子公司，共用前台')
  await dialog.getByRole('button', { name: '仍然保存' }).click()
  await page.waitForURL(/\/o\/customer\/\d+$/)
  await page.getByRole('heading', { name: '甲乙软件' }).waitFor()
})

test('a draft survives a crash, and is at the other desk too', async () => {
  await page.goto(office.url + '/o/customer/new')
  await field(page, 'name').fill('写到一半的客户')
  await page.getByText('草稿已自动保存').waitFor()
  // The tab dies without a word; the next one has it all.
  const again = await context.newPage()
  await page.close({ runBeforeUnload: false })
  page = again
  await page.goto(office.url + '/o/customer/new')
  await until('the draft', async () => (await field(page, 'name').inputValue()) === '写到一半的客户')
  const desk = await person(browser)
  const other = await desk.newPage()
  await logIn(other, office)
  await other.goto(office.url + '/o/customer/new')
  await until('the draft at the other desk', async () => (await field(other, 'name').inputValue()) === '写到一半的客户')
  await other.getByText('在另一台设备上未保存的内容').waitFor()
  await other.getByRole('button', { name: '放弃这些内容' }).click()
  await desk.close()
})

test('a session that ends under a form keeps every word', async () => {
  const rec = await make({ name: '会话结束有限公司' })
  await page.goto(`${office.url}/o/customer/${rec.id}/edit`)
  await field(page, 'notes').fill('谈了一小时，客户要分期')
  await context.clearCookies()
  await page.keyboard.press('Control+s')
  await page.locator('dialog[open] input[type=password]').fill(people.manager.password)
  await page.keyboard.press('Enter')
  await page.locator('dialog[open]').waitFor({ state: 'detached' })
  expect(await field(page, 'notes').inputValue()).toBe('谈了一小时，客户要分期')
  await page.keyboard.press('Control+s')
  await until('it saved', async () => (await read(rec.id)).values.notes === '谈了一小时，客户要分期')
})

test('two people change one record: each field is decided, nothing is overwritten in silence', async () => {
  const rec = await make({ name: '两人同改有限公司', shortName: '旧', postcode: '310000', notes: '原话' })
  await page.goto(`${office.url}/o/customer/${rec.id}/edit`)
  await field(page, 'shortName').fill('我改的')
  await field(page, 'notes').fill('原话，我补充')
  await field(page, 'postcode').fill('310001')
  await api(context, office, 'put', `/api/o/customer/${rec.id}`, { rev: rec.rev, values: { shortName: '他改的', notes: '原话，他补充' } })
  await page.keyboard.press('Control+Enter')
  const dialog = page.locator('dialog[open]')
  await dialog.getByText('我改的').waitFor()
  await picture(page, 'form-merge')
  await dialog.locator('input[name=merge-shortName][value=theirs]').check()
  await dialog.locator('footer .primary').click()
  await page.waitForURL(/\/o\/customer\/\d+$/)
  expect((await read(rec.id)).values).toMatchObject({ shortName: '他改的', notes: '原话，他补充，我补充', postcode: '310001' })
})

test('the Enter and the keys of an input method are its own', async () => {
  await page.goto(office.url + '/o/customer/new')
  await field(page, 'name').fill('输入法')
  const before = page.url()
  await field(page, 'name').evaluate((el) => {
    for (const init of [{ key: 'Enter', ctrlKey: true }, { key: 's', ctrlKey: true }, { key: 'n', code: 'KeyN', altKey: true }, { key: '?' }])
      el.dispatchEvent(new KeyboardEvent('keydown', { ...init, isComposing: true, bubbles: true, cancelable: true }))
  })
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0)))))
  expect(page.url()).toBe(before)
  expect(await page.locator('dialog[open]').count()).toBe(0)
  expect(await field(page, 'name').inputValue()).toBe('输入法')
  await page.getByRole('button', { name: '取消' }).click()
  await page.locator('dialog[open]').getByRole('button', { name: /放弃|不保存|离开/ }).first().click()
})

test('a field is changed where it stands, and the state of the record tells who and when', async () => {
  const rec = await make({ name: '原地修改有限公司', postcode: '310000' })
  await page.goto(`${office.url}/o/customer/${rec.id}`)
  await page.locator('[data-value=postcode] dd').click()
  await page.locator('[data-inline=postcode] input').fill('310012')
  await page.keyboard.press('Enter')
  await page.locator('[data-inline=postcode]').waitFor({ state: 'detached' })
  await until('the new postcode', async () => (await page.locator('[data-value=postcode] dd').innerText()).includes('310012'))
  expect((await read(rec.id)).values.postcode).toBe('310012')
  // CUS-25: shown, and no editor in it.
  expect(await page.locator('[data-state=updated]').innerText()).toContain(people.manager.name)
  expect(await page.locator('.state input, .state .pencil').count()).toBe(0)
  await picture(page, 'record')
})

test('UIX-10 the keys: find, new, relogin, help, tabs, next record', async () => {
  await page.goto(office.url + '/calls')
  await page.getByRole('heading', { name: '通话' }).first().waitFor()
  await page.keyboard.press('F1')
  const help = page.locator('dialog[open]')
  for (const text of ['快捷键', '切换用户 / 重新登录', '查找', '新建', '保存']) await help.getByText(text, { exact: true }).first().waitFor()
  await picture(page, 'keys')
  await page.keyboard.press('F1')
  await help.waitFor({ state: 'detached' })
  await page.keyboard.press('/')
  expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).type)).toBe('search')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Alt+l')
  await page.locator('dialog[open] input[name=switch-login]').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('dialog[open]').waitFor({ state: 'detached' })
  await page.keyboard.press('Alt+n')
  await page.waitForURL(/\/o\/customer\/new/)
  await page.goto(office.url + '/o/contact')
  await page.locator('[role=row]').nth(2).waitFor()
  const rows = await api<{ rows: Rec[] }>(context, office, 'post', '/api/o/contact/query', { limit: 2 })
  await page.evaluate((to) => (history.pushState(history.state, '', to), dispatchEvent(new PopStateEvent('popstate', { state: history.state }))), `/o/contact/${rows.rows[0]!.id}`)
  await page.getByRole('heading', { name: rows.rows[0]!.label }).waitFor()
  await page.keyboard.press('Alt+2')
  expect(await page.locator('[role=tab]').nth(1).getAttribute('aria-selected')).toBe('true')
  await page.keyboard.press('Alt+ArrowDown')
  await page.waitForURL(new RegExp(rows.rows[1]!.id))
})

test('two records of one customer become one, and two again', async () => {
  const master = await make({ name: '重复录入有限公司', phones: [{ label: 'mobile', number: '13711112222' }] })
  const twin = await make({ name: '重复录入公司', phones: [{ label: 'office', number: '0571-87654399' }], postcode: '310009' })
  await api(context, office, 'post', '/api/o/contact', { values: { name: '跟着走的人', customer: twin.id } })
  await page.goto(`${office.url}/o/customer/${master.id}`)
  await page.getByRole('button', { name: '更多' }).click()
  await page.getByRole('menuitem', { name: '合并重复记录' }).click()
  const dialog = page.locator('dialog[open]')
  await dialog.getByRole('button', { name: '重复录入公司' }).click()
  await dialog.getByText('将移入').waitFor()
  await picture(page, 'merge-records')
  await dialog.getByRole('button', { name: '合并', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  const joined = await read(master.id)
  expect((joined.values.phones as unknown[]).length).toBe(2)
  expect(joined.values.postcode).toBe('310009')
  await page.getByRole('button', { name: '撤销合并' }).click()
  await page.locator('dialog[open]').getByRole('button', { name: '撤销合并' }).click()
  await until('the twin to be back', async () => (await read(twin.id).catch(() => null))?.label === '重复录入公司')
  expect(((await read(master.id)).values.phones as unknown[]).length).toBe(1)
})

test('UIX-13 customer and its form on a phone, with nothing to scroll sideways', async () => {
  const rec = await make({ name: '手机上看的客户有限责任公司', phones: [{ label: 'mobile', number: '13766667777' }], email: 'a.very.long.mail.address@subsidiary.example.com' })
  const pocket = await person(browser, { viewport: phone })
  const small = await pocket.newPage()
  await logIn(small, office)
  await small.goto(`${office.url}/o/customer/${rec.id}`)
  await small.getByRole('heading', { name: '手机上看的客户' }).first().waitFor()
  expect(await fitsAcross(small)).toBe(true)
  await picture(small, 'record-phone')
  for (const path of [`/o/customer/${rec.id}/edit`, `/o/activity/new?customer=${rec.id}`]) {
    await small.goto(office.url + path)
    await small.getByRole('button', { name: '保存' }).waitFor()
    expect(await fitsAcross(small)).toBe(true)
  }
  const box = await small.getByRole('button', { name: '保存' }).boundingBox()
  expect(box!.y + box!.height).toBeLessThanOrEqual(phone.height)
  await picture(small, 'form-phone')
  await pocket.close()
})

test('the form in English and in the dark', async () => {
  const night = await person(browser, { dark: true, viewport: { width: 1366, height: 768 } })
  const dark = await night.newPage()
  await logIn(dark, office)
  await api(night, office, 'put', '/api/me', { lang: 'en', theme: 'dark' })
  await dark.goto(office.url + '/o/customer/new')
  await field(dark, 'name').waitFor()
  await dark.getByRole('button', { name: 'Save' }).waitFor()
  await picture(dark, 'form-dark')
  expect(await fitsAcross(dark)).toBe(true)
  await api(night, office, 'put', '/api/me', { lang: 'zh-CN', theme: 'light' })
  await night.close()
})
