// What guards the office's customer files, as its people meet it.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fitsAcross, launch, person, phone, picture } from './browser'
import { api, logIn, people } from './login'
import { Office, until } from './office'

const admin = { login: 'admin', password: 'demo-admin' }
let office: Office
let browser: Browser
let keeper: { context: BrowserContext; page: Page }
interface Row {
  id: string
  label: string
  rev: number
  values: { important: boolean }
}

beforeAll(async () => {
  office = await Office.open({ demo: true })
  browser = await launch()
  keeper = await someone(admin)
})
afterAll(async () => {
  await browser?.close()
  await office?.close()
})

async function someone(who: { login: string; password: string }, o: Parameters<typeof person>[1] = {}) {
  const context = await person(browser, o)
  const page = await context.newPage()
  await logIn(page, office, who)
  return { context, page }
}

const policy = (change: object) => api(keeper.context, office, 'put', '/api/security/policy', change)

test('SEC-18 an important customer asks what for, then opens; SEC-20 the keeper sees it', async () => {
  const { context, page } = await someone(people.manager)
  const { rows } = await api<{ rows: Row[] }>(context, office, 'post', '/api/o/customer/query', { limit: 5 })
  const customer = rows.find((r) => !r.values.important)!
  await api(context, office, 'put', `/api/o/customer/${customer.id}`, { rev: customer.rev, values: { important: true } })
  await page.goto(`${office.url}/o/customer/${customer.id}`)
  await page.getByRole('heading', { name: '这是重要客户' }).waitFor()
  expect(await page.getByRole('heading', { name: customer.label }).count()).toBe(0)
  await picture(page, 'purpose')
  await page.getByRole('button', { name: '打开', exact: true }).click()
  await page.getByRole('alert').getByText('请填写用途').waitFor()
  await page.getByPlaceholder('用途').fill('季度回访')
  await page.getByRole('button', { name: '打开', exact: true }).click()
  await page.getByRole('heading', { name: customer.label }).waitFor()
  await page.getByRole('tab', { name: '变更记录' }).click()
  await page.locator('.changes').getByText('重要客户').waitFor()
  await picture(page, 'changes')

  await keeper.page.goto(office.url + '/audit/access')
  await keeper.page.locator('li.row', { hasText: '季度回访' }).first().waitFor()
  expect(await keeper.page.locator('li.row', { hasText: '季度回访' }).first().innerText()).toContain('陈静')
  await picture(keeper.page, 'access-log')
  await context.close()
})

test('SEC-18 where approval is set, it waits for the keeper, and opens by itself', async () => {
  await policy({ important: 'approval' })
  const { context, page } = await someone(people.sales)
  const { rows } = await api<{ rows: Row[] }>(context, office, 'post', '/api/o/customer/query', { limit: 5 })
  const customer = rows.find((r) => !r.values.important)!
  await api(context, office, 'put', `/api/o/customer/${customer.id}`, { rev: customer.rev, values: { important: true } })
  await page.goto(`${office.url}/o/customer/${customer.id}`)
  await page.getByPlaceholder('用途').fill('处理投诉')
  await page.getByRole('button', { name: '提交申请' }).click()
  await page.getByRole('heading', { name: '等待批准' }).waitFor()

  await keeper.page.goto(office.url + '/audit/inbox')
  const request = keeper.page.locator('li', { hasText: '处理投诉' })
  await request.waitFor()
  await picture(keeper.page, 'inbox')
  await request.getByPlaceholder(/批注/).fill('仅限今天')
  await request.getByRole('button', { name: '批准', exact: true }).click()
  await page.getByRole('heading', { name: customer.label }).waitFor() // told by the live stream
  await page.goto(office.url + '/audit/mine')
  await page.getByText('仅限今天').waitFor()
  await policy({ important: 'reason' })
  await context.close()
})

test('SEC-16 SEC-20 without copying out: nothing can be selected or copied, the page carries the name, its code leads back', async () => {
  const users = await api<{ users: { id: string; login: string }[] }>(keeper.context, office, 'get', '/api/users')
  const zhao = users.users.find((u) => u.login === people.sales.login)!
  await policy({ copying: [{ subject: 'user', id: zhao.id, allowed: false }] })
  const { context, page } = await someone(people.sales)
  for (const path of ['/o/customer', '/o/customer/new']) {
    await page.goto(office.url + path)
    await page.locator('.watermark').waitFor()
    expect(decodeURIComponent(await page.locator('.watermark').evaluate((el) => getComputedStyle(el).backgroundImage))).toContain(people.sales.name)
    const text = page.locator('main').getByText(path === '/o/customer' ? '客户' : '客户名称').first()
    await text.waitFor()
    expect(await text.evaluate((el) => getComputedStyle(el).userSelect)).toBe('none')
    expect(await page.evaluate(() => document.dispatchEvent(new ClipboardEvent('copy', { cancelable: true })))).toBe(false)
    expect(await page.getByRole('button', { name: /导出|打印/ }).count()).toBe(0)
  }
  await page.goto(office.url + '/o/customer')
  await page.locator('.watermark').waitFor()
  await until('the rows to show', async () => (await page.locator('main [role=row]').count()) > 3)
  await picture(page, 'watermark')
  const code = (await page.locator('.watermark').getAttribute('data-mark'))!

  await keeper.page.goto(office.url + '/audit/trace')
  await keeper.page.getByPlaceholder('水印编号').fill(code.toLowerCase())
  await keeper.page.getByRole('button', { name: '查找' }).click()
  await keeper.page.locator('.found').getByText(people.sales.name).first().waitFor()
  await picture(keeper.page, 'trace')
  await policy({ copying: [] })
  await context.close()
})

test('SEC-19 a masked number shows whole behind the small eye, which is written down', async () => {
  const { users } = await api<{ users: { id: string; login: string }[] }>(keeper.context, office, 'get', '/api/users')
  const role = await api<{ id: string }>(keeper.context, office, 'post', '/api/roles', {
    name: '遮号客服', grants: { '*': { actions: ['read', 'reveal'], reach: 'all' } }, fields: { customer: { phones: 'masked' } },
  })
  await api(keeper.context, office, 'put', `/api/users/${users.find((u) => u.login === 'liwei')!.id}`, { roles: [role.id] })
  const { context, page } = await someone({ login: 'liwei', password: 'demo-liwei' })
  const { rows } = await api<{ rows: Row[] }>(context, office, 'post', '/api/o/customer/query', { search: '杭州精工', limit: 1 })
  await page.goto(`${office.url}/o/customer/${rows[0]!.id}`)
  await page.getByRole('heading', { name: rows[0]!.label }).waitFor()
  const phones = page.locator('[data-value=phones]').first()
  await phones.getByText('****').first().waitFor()
  await picture(page, 'masked')
  await phones.getByRole('button', { name: /显示/ }).click()
  await until('the number to show whole', async () => !(await phones.innerText()).includes('****'))
  await keeper.page.goto(`${office.url}/o/customer/${rows[0]!.id}`)
  await keeper.page.getByRole('tab', { name: '查阅记录' }).click()
  await keeper.page.locator('li.row', { hasText: '显示隐藏内容' }).first().waitFor()
  await picture(keeper.page, 'record-access')
  await context.close()
})

test('UIX-14 a note from any page reaches the administrator and gets an answer', async () => {
  const { context, page } = await someone(people.sales)
  await page.goto(office.url + '/o/order')
  await page.getByRole('button', { name: /赵敏/ }).first().click()
  await page.getByRole('button', { name: '意见反馈' }).click()
  await page.getByRole('textbox', { name: '意见反馈' }).fill('订单列表希望能看到毛利')
  await page.getByRole('button', { name: '发送', exact: true }).click()
  await page.getByText('已发送给管理员').waitFor()
  await keeper.page.goto(office.url + '/audit/feedback')
  const note = keeper.page.locator('li', { hasText: '订单列表希望能看到毛利' })
  await note.getByPlaceholder('回复').fill('下个版本会有')
  await note.getByRole('button', { name: '回复' }).click()
  await note.getByText('下个版本会有').waitFor()
  await page.goto(office.url + '/audit/feedback')
  await page.getByText('下个版本会有').waitFor()
  await context.close()
})

test('SEC-15 SEC-22 every page of the keeper, at a desk and on a phone', async () => {
  const small = await someone(admin, { viewport: phone })
  for (const section of ['inbox', 'alerts', 'system', 'change', 'access', 'traffic', 'usage', 'trace', 'verify', 'rules', 'mine', 'feedback']) {
    for (const [page, name] of [[keeper.page, 'audit-'], [small.page, 'audit-phone-']] as const) {
      await page.goto(`${office.url}/audit/${section}`)
      await page.locator('.audit .page').waitFor()
      if (section === 'verify') {
        await page.getByRole('button', { name: '开始校验' }).click()
        await page.getByText('全部日志完好').waitFor()
      }
      await until('the page to be complete', async () => (await page.locator('.audit [aria-busy=true]').count()) === 0)
      await picture(page, name + section)
      expect(await fitsAcross(page), section).toBe(true)
      expect(await page.locator('body').innerText()).not.toMatch(/\baudit\.[a-z]+/)
    }
  }
  await small.context.close()
})
