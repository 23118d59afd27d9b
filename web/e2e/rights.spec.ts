// Employees, roles, sharing, the lock and the rules, in a browser on the demo office.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { desktop, fitsAcross, launch, person, phone, picture } from './browser'
import { api, logIn, people } from './login'
import { Office } from './office'

const admin = { login: 'admin', password: 'demo-admin', name: '周敏' }
let office: Office
let browser: Browser
let context: BrowserContext
let page: Page

beforeAll(async () => {
  office = await Office.open({ demo: true })
  browser = await launch()
  context = await person(browser, { viewport: desktop })
  page = await context.newPage()
  await logIn(page, office, admin)
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await office?.close()
})

async function onPhone(path: string, name: string, ready: string): Promise<void> {
  const small = await person(browser, { viewport: phone })
  const p = await small.newPage()
  await logIn(p, office, admin)
  await p.goto(office.url + path)
  await p.waitForSelector(ready)
  expect(await fitsAcross(p), name + ' fits a phone').toBe(true)
  await picture(p, name)
  await small.close()
}

test('SEC-01 employees stand in their departments; one is hired, moved and disabled', async () => {
  await page.goto(office.url + '/settings/users')
  await page.getByRole('button', { name: /李伟/ }).waitFor()
  await picture(page, 'rights-people')
  await page.locator('aside .branch', { hasText: '销售一组' }).click()
  expect(await page.locator('.list li').count()).toBe(2)
  await page.getByRole('button', { name: '新建员工' }).click()
  await page.getByRole('textbox', { name: '姓名' }).fill('钱多')
  await page.locator('#person-form').getByLabel('用户名').fill('qianduo')
  await page.locator('#person-form').getByLabel('岗位').fill('销售助理')
  await page.locator('#person-form').getByLabel('上级').selectOption({ label: '陈静' })
  await page.getByLabel('初始密码').fill('纸 船 过 河 123')
  await picture(page, 'rights-person')
  await page.getByRole('button', { name: '登录限制' }).click()
  await page.getByRole('switch', { name: '限制登录时段' }).click()
  await picture(page, 'rights-limits')
  await page.getByRole('switch', { name: '限制登录时段' }).click()
  await page.getByRole('button', { name: '保存' }).click()
  await page.locator('.list li', { hasText: '钱多' }).getByText('销售助理 · 销售一组').waitFor()
  await page.locator('.list li', { hasText: '钱多' }).click()
  await page.getByLabel('状态').selectOption({ label: '已离职' })
  await page.getByRole('button', { name: '保存' }).click()
  await expect.poll(() => page.locator('.list li', { hasText: '钱多' }).count()).toBe(0)
  await onPhone('/settings/users', 'rights-people-phone', '.list li')
})

test('SEC-02 SEC-03 SEC-07 a role is changed in the matrix, with a hidden field', async () => {
  await page.goto(office.url + '/settings/roles')
  await page.locator('.names button', { hasText: '销售员' }).click()
  await page.getByRole('checkbox', { name: '客户 导出' }).check()
  await page.getByRole('button', { name: '客户', exact: true }).click()
  await page.getByLabel('税号', { exact: true }).selectOption({ label: '隐藏' })
  await picture(page, 'rights-roles')
  await page.getByRole('button', { name: '保存' }).click()
  await page.locator('.names button', { hasText: '销售员' }).getByText('已修改').waitFor()
  const seller = await person(browser)
  const p = await seller.newPage()
  await logIn(p, office, people.sales)
  const meta = await api<{ entities: Record<string, { actions: Record<string, boolean>; fields: { key: string }[] }> }>(seller, office, 'get', '/api/meta')
  expect(meta.entities.customer!.actions.export).toBe(true)
  expect(meta.entities.customer!.fields.some((f) => f.key === 'taxNo')).toBe(false)
  await seller.close()
  await page.getByRole('button', { name: '恢复默认' }).first().click()
  await page.getByRole('button', { name: '恢复默认' }).last().click()
  await expect.poll(() => page.getByText('已修改').count()).toBe(0)
  await onPhone('/settings/roles', 'rights-roles-phone', '.cards details')
})

test('SEC-08 rights and their reasons on one page', async () => {
  await page.goto(office.url + '/settings/rights')
  await page.getByRole('combobox', { name: '员工' }).selectOption({ label: '李伟' })
  await page.getByText('销售员：本人').first().waitFor()
  await picture(page, 'rights-query')
  await onPhone('/settings/rights', 'rights-query-phone', '.query li')
})

test('SEC-23 SEC-25 SEC-26 security page', async () => {
  await page.goto(office.url + '/settings/security')
  await page.getByRole('button', { name: '开始核对' }).click()
  await page.locator('.items li').first().waitFor()
  await page.getByLabel('资料保管员').selectOption({ label: '李伟' })
  await page.getByRole('button', { name: '提出更换' }).click()
  await page.getByText('等待现任资料保管员').waitFor()
  await picture(page, 'rights-security')
  await onPhone('/settings/security', 'rights-security-phone', '.security')
})

test('SEC-06 a record is shared from its page, and it tells who can see it', async () => {
  const { rows } = await api<{ rows: { id: string; label: string }[] }>(context, office, 'post', '/api/o/customer/query', { limit: 1 })
  await page.goto(`${office.url}/o/customer/${rows[0]!.id}`)
  await page.getByRole('button', { name: '更多' }).first().click()
  await page.getByRole('menuitem', { name: '共享…' }).click()
  await page.getByRole('button', { name: '周洋' }).click()
  await picture(page, 'rights-share')
  await page.getByRole('button', { name: '共享给 1 个' }).click()
  await page.locator('.now li', { hasText: '周洋' }).waitFor()
  await page.getByRole('button', { name: '谁能看到' }).click()
  await page.locator('.now li', { hasText: '周洋' }).getByText('共享给周洋').waitFor()
  await picture(page, 'rights-seers')
})

test('SEC-11 the page is covered after absence and the unsaved form is still there', async () => {
  await api(context, office, 'put', '/api/me', { lockMinutes: 1 })
  await page.goto(office.url + '/o/customer/new')
  await page.locator('input').nth(1).waitFor()
  const name = page.getByLabel('客户名称').first()
  await name.fill('还没保存的客户')
  await page.clock.install()
  await page.reload()
  await page.getByLabel('客户名称').first().fill('还没保存的客户')
  await page.clock.fastForward(90_000)
  await page.getByText('您离开了一会儿').waitFor()
  await picture(page, 'rights-lock')
  const refused = await context.request.get(office.url + '/api/meta')
  expect(refused.status()).toBe(423)
  await page.locator('.lock input').fill('wrong')
  await page.keyboard.press('Enter')
  await page.getByText('密码不正确').waitFor()
  await page.locator('.lock input').fill(admin.password)
  await page.keyboard.press('Enter')
  await page.getByText('您离开了一会儿').waitFor({ state: 'detached' })
  expect(await page.getByLabel('客户名称').first().inputValue()).toBe('还没保存的客户')
})

test('SEC-26 the rules come before anything else', async () => {
  const other = await person(browser, { viewport: desktop })
  const p = await other.newPage()
  await logIn(p, office, people.sales)
  const boss = await person(browser)
  await logIn(await boss.newPage(), office, admin)
  await api(boss, office, 'put', '/api/rules', { text: '一、客户资料只用于工作，不得外传、拍照。\n二、账号只归本人使用。' })
  await p.goto(office.url)
  await p.getByText('不得外传').waitFor()
  await picture(p, 'rights-rules')
  await p.getByLabel('我已阅读并会遵守').check()
  await p.getByRole('button', { name: '同意并继续' }).click()
  await p.getByRole('link', { name: '客户' }).first().waitFor()
  await other.close()
  await boss.close()
})
