// An administrator makes the office's own of it, and a seller's open page follows at once.
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { fitsAcross, launch, person, phone, picture } from './browser'
import { api, logIn, people } from './login'
import { Office, until } from './office'

let office: Office
let browser: Browser
let context: BrowserContext
let page: Page // the administrator's
let desk: BrowserContext
let seller: Page

interface Rec {
  id: string
  rev: number
  label: string
  values: Record<string, unknown>
}

beforeAll(async () => {
  office = await Office.open({ demo: true })
  browser = await launch()
  context = await person(browser)
  page = await context.newPage()
  page.on('pageerror', (err) => console.log('page error', err.message))
  await logIn(page, office, people.admin)
  desk = await person(browser)
  seller = await desk.newPage()
  await logIn(seller, office, people.sales)
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await office?.close()
})

// What both were looking at when something went wrong.
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return
  await picture(page, 'custom-failed-admin')
  await picture(seller, 'custom-failed-seller')
})

const at = (path: string) => page.goto(office.url + path)
const save = () => page.locator('.save-bar').getByRole('button', { name: '保存', exact: true }).click()
const saved = () => page.getByText('已保存，立即生效').last().waitFor()
const headings = (p: Page) => p.locator('.list .head .cell:not(.box)').allInnerTexts().then((all) => all.map((x) => x.trim()).filter(Boolean))
async function fieldDialog(kind: string, label: string) {
  await at(`/settings/fields?kind=${kind}`)
  await page.getByRole('button', { name: label, exact: true }).first().click()
  return page.getByRole('dialog')
}

test('CFG-03 客户级别 renamed to 客户星级 shows in the open list, in forms, in the export and in the settings search, and back', async () => {
  await seller.goto(office.url + '/o/customer')
  await seller.locator('.list .body > .row .name').first().waitFor()
  expect(await headings(seller)).toContain('级别')
  const dialog = await fieldDialog('customer', '级别')
  await dialog.locator('#field-name').fill('客户星级')
  await picture(page, 'custom-field')
  await dialog.getByRole('button', { name: '保存' }).click()
  await page.getByText('已保存，立即生效').waitFor()
  // Nobody reloads anything.
  await expect.poll(() => headings(seller)).toContain('客户星级')
  await seller.getByRole('button', { name: '客户星级' }).first().waitFor() // the quick filter
  await seller.goto(office.url + '/o/customer/new')
  await seller.locator('[data-field=level] label', { hasText: '客户星级' }).waitFor()
  await at('/o/customer')
  await page.getByRole('button', { name: '更多操作' }).click()
  await page.getByRole('menuitem', { name: '导出' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'CSV' }).click()
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('dialog').getByRole('button', { name: '导出', exact: true }).click()])
  expect(readFileSync((await file.path())!, 'utf8').split('\r\n')[0]).toContain('客户星级')
  await at('/settings')
  await page.getByRole('searchbox', { name: '查找设置：字段、选项、页面…' }).fill('客户星级')
  await page.getByRole('link', { name: /客户 · 字段/ }).click()
  await page.locator('[data-field=level]', { hasText: '已修改' }).waitFor()
  const again = await fieldDialog('customer', '客户星级')
  await again.getByRole('button', { name: '恢复出厂设置' }).click()
  await page.locator('[data-field=level]', { hasText: '级别' }).waitFor()
  expect(await page.locator('[data-field=level]').innerText()).not.toContain('客户星级')
})

test('CUS-11 a drop-down 经营年限 is at once on form, list, search, import and export', async () => {
  await seller.goto(office.url + '/o/customer')
  await seller.locator('.list .body > .row .name').first().waitFor()
  await at('/settings/fields?kind=customer')
  await page.getByRole('button', { name: '新增字段' }).click()
  await page.locator('.types button', { hasText: '下拉选项' }).click()
  await page.locator('#field-name').fill('经营年限')
  await page.getByLabel('第 1 个选项的').or(page.getByLabel('第 1 个选项')).first().fill('三年以内')
  await page.keyboard.press('Enter')
  await page.getByLabel('第 2 个选项').fill('十年以上')
  await page.getByRole('radio', { name: '绿色' }).nth(1).click()
  await picture(page, 'custom-field-new')
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await page.getByText('字段已添加').waitFor()
  await expect.poll(() => headings(seller)).toContain('经营年限')

  await seller.getByRole('button', { name: /新建客户/ }).click()
  const form = seller.locator('form.form')
  await form.locator('[data-field=name] input').fill('百年老店')
  const mine = form.locator('.edit', { has: seller.getByText('经营年限', { exact: true }) })
  await mine.locator('.el-select, select, input').first().click()
  await seller.locator('.el-select-dropdown__item:visible', { hasText: '十年以上' }).click()
  await form.getByRole('button', { name: '保存', exact: true }).click()
  await form.waitFor({ state: 'detached' })
  await seller.goto(office.url + '/o/customer')
  await seller.getByRole('button', { name: '经营年限' }).last().click()
  await seller.locator('.dd-panel').getByText('十年以上').click()
  await expect.poll(() => seller.locator('.list .body > .row .name').allInnerTexts()).toEqual(['百年老店'])
  await picture(seller, 'custom-field-list')

  await at('/import/customer')
  await page.getByRole('heading', { name: '最近的导入' }).waitFor()
  await page.setInputFiles('input[type=file]', { name: '新客户.csv', mimeType: 'text/csv', buffer: Buffer.from('\ufeff客户名称,经营年限\r\n导入的老店,十年以上') })
  await page.getByRole('heading', { name: '各列对应的字段' }).waitFor()
  expect(await page.getByRole('combobox', { name: '“经营年限”对应的字段' }).evaluate((el) => (el as HTMLSelectElement).selectedOptions[0]!.textContent!.trim())).toBe('经营年限')
  await page.getByRole('button', { name: '开始导入' }).or(page.getByRole('button', { name: '预览' })).first().click()
  if (await page.locator('section.preview').count()) await page.getByRole('button', { name: '开始导入' }).click()
  await page.getByRole('heading', { name: '已完成' }).waitFor()
  await at('/o/customer')
  await page.getByRole('button', { name: '更多操作' }).click()
  await page.getByRole('menuitem', { name: '导出' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'CSV' }).click()
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('dialog').getByRole('button', { name: '导出', exact: true }).click()])
  const lines = readFileSync((await file.path())!, 'utf8').split('\r\n')
  expect(lines[0]).toContain('经营年限')
  expect(lines.filter((l) => l.includes('十年以上')).map((l) => l.split(',')[0]).sort()).toEqual(['导入的老店', '百年老店'])
})

test('CFG-04 columns and order fixed for all, then everybody his own again', async () => {
  await at('/settings/fields?kind=customer&tab=list')
  await page.locator('.parts [data-key=name]').waitFor()
  await page.locator('.parts [data-key=status]').first().getByRole('button', { name: '移出“状态”' }).click()
  await page.locator('.parts [data-key=owner]').first().locator('.grip').focus()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  await page.getByRole('switch', { name: '所有人统一' }).click()
  await picture(page, 'custom-list')
  await save()
  await saved()
  const wanted = await page.locator('.parts .part').first().locator('li span.ellipsis').allInnerTexts()
  expect(wanted).not.toContain('状态')
  expect(wanted.indexOf('负责人')).toBeLessThan(wanted.indexOf('省市区'))
  await seller.goto(office.url + '/o/customer')
  await expect.poll(() => headings(seller)).toEqual(wanted)
  expect(await seller.getByRole('button', { name: '列', exact: true }).or(seller.locator('.cols')).count()).toBe(0)
  await page.getByRole('switch', { name: '所有人统一' }).click()
  await save()
  await seller.locator('.cols').waitFor()
  await page.getByRole('button', { name: '恢复出厂设置' }).click()
  await page.locator('dialog').getByRole('button', { name: '恢复出厂设置' }).click()
  await page.getByText('已恢复为出厂设置').waitFor()
  await expect.poll(() => headings(seller)).toContain('状态')
})

test('CFG-05 a dictionary: added, renamed, ordered by keys, retired; two fields share it', async () => {
  const old = await api<Rec>(context, office, 'post', '/api/o/customer', { values: { name: '展会上认识的', source: 'fair' } })
  await at('/settings/dicts?dict=source')
  const rows = page.locator('.options li')
  await rows.first().waitFor()
  const label = (n: number) => rows.nth(n).locator('> input')
  expect(await label(0).inputValue()).toBe('来电')
  await label(0).fill('打进来的')
  await rows.nth(2).getByRole('button', { name: /停用/ }).click()
  await page.getByRole('button', { name: '添加选项' }).click()
  await rows.last().locator('> input').fill('短视频')
  for (let i = (await rows.count()) - 1; i > 0; i--) {
    await rows.nth(i).locator('.grip').focus()
    await page.keyboard.press('ArrowUp')
  }
  expect(await label(0).inputValue()).toBe('短视频')
  await picture(page, 'custom-dict')
  await save()
  await saved()
  for (const kind of ['customer', 'lead']) {
    const meta = await api<{ entities: Record<string, { fields: { key: string; options?: { label: string; retired?: boolean }[] }[] }> }>(desk, office, 'get', '/api/meta')
    const options = meta.entities[kind]!.fields.find((f) => f.key === 'source')!.options!
    expect(options.slice(0, 2).map((o) => o.label)).toEqual(['短视频', '打进来的'])
    expect(options.find((o) => o.label === '展会')!.retired).toBe(true)
  }
  await at('/o/customer/' + old.id)
  await page.getByText('展会', { exact: true }).first().waitFor() // what it has, it keeps
  await at(`/o/customer/${old.id}/edit`)
  await page.locator('[data-field=source] .el-select, [data-field=source] select, [data-field=source] input').first().click()
  await page.getByText('短视频', { exact: true }).last().waitFor()
  await at('/settings/dicts?dict=source')
  await page.getByRole('button', { name: '恢复出厂设置' }).click()
  await page.locator('dialog').getByRole('button', { name: '恢复出厂设置' }).click()
  await expect.poll(() => label(0).inputValue()).toBe('来电')
  expect(await rows.last().locator('> input').inputValue()).toBe('短视频')
})

test('two administrators at the same thing: the second is told, and loses nothing', async () => {
  await at('/settings/dicts?dict=customer.industry')
  const rows = page.locator('.options li')
  await rows.first().waitFor()
  const key = new URL(page.url()).searchParams.get('dict')!
  const first = rows.first().locator('> input')
  await first.fill('我起的名')
  const { dicts } = await api<{ dicts: { key: string; options: { id: string }[] }[] }>(context, office, 'get', '/api/dicts')
  const dict = dicts.find((d) => d.key === key) ?? dicts[0]!
  await api(context, office, 'put', '/api/dicts/' + dict.key, { options: dict.options.map((o, i) => ({ id: o.id, ...(i ? {} : { labels: { 'zh-CN': '别人起的名' } }) })) })
  await save()
  await page.getByText('刚刚也改了这里').waitFor()
  expect(await first.inputValue()).toBe('我起的名')
  await picture(page, 'custom-conflict')
  await page.getByRole('button', { name: '看对方的' }).click()
  await expect.poll(() => first.inputValue()).toBe('别人起的名')
})

test('the form of one role is arranged by drag and by keys, seen beside, and goes back', async () => {
  await at('/settings/fields?kind=ticket&tab=form')
  await page.locator('.canvas article li').first().waitFor()
  await page.getByLabel('适用于').selectOption({ label: '销售员' })
  await page.getByText('与“所有角色”相同').waitFor()
  const keys = (n: number) => page.locator('[data-drop]').nth(n).locator('li').evaluateAll((all) => all.map((x) => (x as HTMLElement).dataset.key!))
  const before = await keys(0)
  const last = before[before.length - 1]!
  // By mouse: the last field above the first.
  // The lists are made anew when the role's form has come, which ends a drag under way.
  const drag = async () => {
    await page.locator(`[data-key=${last}]`).scrollIntoViewIfNeeded()
    const from = (await page.locator(`[data-key=${last}] .grip`).boundingBox())!
    const to = (await page.locator(`[data-key=${before[0]}]`).boundingBox())!
    await page.mouse.move(from.x + 8, from.y + 8)
    await page.mouse.down()
    await page.mouse.move(to.x + 40, to.y + 20, { steps: 12 })
    await page.mouse.move(to.x + 40, to.y + 4, { steps: 4 })
    await page.mouse.up()
  }
  const top = async () => {
    if ((await keys(0))[0] !== last) await drag()
    return (await keys(0))[0]
  }
  await expect.poll(top, { timeout: 15_000, interval: 500 }).toBe(last)
  // By keys: one down, another out.
  await page.locator(`[data-key=${last}] .grip`).focus()
  await page.keyboard.press('ArrowDown')
  expect((await keys(0))[1]).toBe(last)
  await page.locator('[data-key=due] .grip').focus()
  await page.keyboard.press('Delete')
  await page.locator('.spare [data-key=due]').waitFor()
  expect(await page.locator('.preview [data-field=due]').count()).toBe(0)
  await page.getByLabel('第 1 组的名称').fill('报修')
  await page.locator('.preview legend', { hasText: '报修' }).waitFor()
  await picture(page, 'custom-form')
  await page.getByRole('button', { name: '手机', exact: true }).click()
  await picture(page, 'custom-form-as-phone')
  await save()
  await saved()
  await seller.goto(office.url + '/o/ticket/new')
  await seller.locator('legend', { hasText: '报修' }).waitFor()
  expect(await seller.locator('[data-field=due]').count()).toBe(0)
  await at('/o/ticket/new') // the administrator's own is as it was
  await page.locator('[data-field=due]').waitFor()
  await at('/settings/fields?kind=ticket&tab=form')
  await page.getByLabel('适用于').selectOption({ label: '销售员' })
  await page.getByRole('button', { name: '恢复出厂表单' }).click()
  await page.locator('dialog').getByRole('button', { name: '恢复出厂表单' }).click()
  await expect.poll(() => keys(0)).toEqual(before)
})

test('CFG-15 a field marked required, and one marked unique, stop saving and are named', async () => {
  for (const [label, name] of [['地址', '必填'], ['简称', '唯一']] as const) {
    const dialog = await fieldDialog('customer', label)
    await dialog.getByRole('switch', { name }).click()
    await dialog.getByRole('button', { name: '保存' }).click()
    await page.getByText('已保存，立即生效').waitFor()
  }
  await api(desk, office, 'post', '/api/o/customer', { values: { name: '先到者', address: '杭州', shortName: '先到' } })
  await seller.goto(office.url + '/o/customer/new')
  await seller.locator('[data-field=name] input').fill('后来者')
  await seller.keyboard.press('Control+Enter')
  await seller.locator('[data-field=address] .note.bad').waitFor()
  await seller.locator('[data-field=address] input, [data-field=address] textarea').first().fill('宁波')
  await seller.locator('[data-field=shortName] input').fill('先到')
  await seller.keyboard.press('Control+Enter')
  await seller.locator('[data-field=shortName] .note.bad', { hasText: '先到' }).waitFor()
  await seller.locator('[data-field=shortName] input').fill('后来')
  await seller.keyboard.press('Control+Enter')
  await seller.getByRole('heading', { name: '后来者' }).first().waitFor()
})

test('CFG-12 a module switched off leaves menu and pages of all, and comes back with its data', async () => {
  await seller.goto(office.url)
  const tickets = async () => (await api<{ count: number }>(context, office, 'post', '/api/o/ticket/query', { count: true })).count
  const there = await tickets()
  expect(there).toBeGreaterThan(0)
  await seller.getByRole('link', { name: '工单', exact: true }).waitFor()
  await at('/settings/options')
  await page.getByRole('switch', { name: /工单/ }).click()
  await page.locator('dialog').getByRole('button', { name: '停用' }).click()
  await page.getByText('已停用，数据保留').waitFor()
  await picture(page, 'custom-modules')
  await expect.poll(() => seller.getByRole('link', { name: '工单', exact: true }).count()).toBe(0)
  await page.getByRole('switch', { name: /工单/ }).click()
  await seller.getByRole('link', { name: '工单', exact: true }).click()
  await seller.getByRole('heading', { name: '工单' }).waitFor()
  expect(await tickets()).toBe(there)
})

test('CFG-10 with the option off cells of an open list are read-only', async () => {
  await seller.goto(office.url + '/o/customer')
  await seller.locator('.pencil').first().waitFor({ state: 'attached' })
  await at('/settings/options')
  await page.getByRole('switch', { name: '在列表中直接修改' }).click()
  await page.locator('[data-option="table.edit"]', { hasText: '列表只能看' }).waitFor()
  await expect.poll(() => seller.locator('.pencil').count()).toBe(0)
  await page.locator('[data-option="table.edit"]').getByRole('button', { name: '恢复出厂设置' }).click()
  await seller.locator('.pencil').first().waitFor({ state: 'attached' })
})

test('CFG-11 the login page lists departments and users only while that is on', async () => {
  const stranger = await person(browser)
  const door = await stranger.newPage()
  await door.goto(office.url)
  await door.locator('input[name=login]').waitFor()
  await at('/settings/options')
  await page.getByRole('switch', { name: '登录名单' }).click()
  await page.locator('[data-option="login.list"]', { hasText: '登录页列出部门' }).waitFor()
  await door.reload()
  await door.locator('select[name=login]').waitFor()
  await picture(door, 'custom-login-list')
  await page.getByRole('switch', { name: '登录名单' }).click()
  await page.locator('[data-option="login.list"]', { hasText: '只有用户名和密码' }).waitFor()
  await door.reload()
  await door.locator('input[name=login]').waitFor()
  expect(await door.locator('select[name=login]').count()).toBe(0)
  await stranger.close()
})

test('CFG-01 CFG-02 prefix and length with the next number seen before saving; typing by hand', async () => {
  await at('/settings/numbers')
  const row = page.locator('form.row', { hasText: '供应商' })
  await row.getByLabel('前缀').fill('HT')
  await row.getByLabel('位数').fill('6')
  await row.getByLabel('下一个', { exact: true }).fill('122')
  await row.getByText('下一个编号 HT000122').waitFor()
  await picture(page, 'custom-numbers')
  await row.getByRole('button', { name: '保存' }).click()
  await page.getByText('已保存，立即生效').waitFor()
  const make = (name: string) => api<Rec>(context, office, 'post', '/api/o/supplier', { values: { name } })
  expect((await make('前一家')).values.no).toBe('HT000122')
  expect((await make('后一家')).values.no).toBe('HT000123')
  await at('/o/supplier/new')
  await page.locator('[data-field=name]').waitFor()
  expect(await page.locator('[data-field=no]').count(), 'the number is locked').toBe(0)
  await at('/settings/numbers')
  await row.getByRole('switch').click()
  await row.getByRole('button', { name: '保存' }).click()
  await page.getByText('已保存，立即生效').waitFor()
  await at('/o/supplier/new')
  await page.locator('[data-field=name] input').fill('重号的')
  await page.locator('[data-field=no] input').fill('HT000123')
  await page.keyboard.press('Control+Enter')
  await page.locator('[data-field=no] .note.bad').waitFor()
})

test('CFG-13 name, address, phone and logo of the office', async () => {
  await at('/settings/company')
  await page.locator('input[name=company-address]').fill('杭州市西湖区文三路 1 号')
  await page.locator('input[name=company-phone]').fill('0571-88886666')
  await save()
  await saved()
  await page.setInputFiles('input[type=file]', { name: 'logo.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64') })
  await page.locator('.logo img').waitFor()
  await picture(page, 'custom-company')
  const company = await api<{ address: string; phone: string; logo?: number }>(desk, office, 'get', '/api/company')
  expect(company).toMatchObject({ address: '杭州市西湖区文三路 1 号', phone: '0571-88886666' })
  expect(company.logo).toBeGreaterThan(0)
})

test('CFG-07 goods received at two prices cost their weighted average', async () => {
  const product = await api<Rec>(context, office, 'post', '/api/o/product', { values: { name: '离心泵', fixedCost: { minor: 450, currency: 'CNY' } } })
  for (const price of [500, 700]) await api(context, office, 'post', '/api/o/stockin', { values: { date: '2026-11-22', lines: [{ values: { product: product.id, qty: '10', price: { minor: price, currency: 'CNY' } } }] } })
  await at('/o/product/' + product.id)
  await page.getByText('¥6.00', { exact: true }).first().waitFor()
  await picture(page, 'custom-cost')
  await api(context, office, 'put', '/api/options', { values: { 'stock.average': false } })
  await until('the fixed cost', async () => JSON.stringify((await api<Rec>(context, office, 'get', '/api/o/product/' + product.id)).values.cost).includes('450'))
  await api(context, office, 'put', '/api/options', { values: { 'stock.average': null } })
})

test('every page fits a phone', async () => {
  const small = await person(browser, { viewport: phone })
  const p = await small.newPage()
  await logIn(p, office, people.admin)
  for (const [path, ready] of [
    ['/settings', '.cards'], ['/settings/fields?kind=order', 'tbody tr'], ['/settings/fields?kind=order&tab=form', '.canvas li'], ['/settings/fields?kind=order&tab=list', '.parts'],
    ['/settings/dicts', '.options li'], ['/settings/numbers', 'form.row'], ['/settings/options', '.option'], ['/settings/company', '.logo'],
  ] as const) {
    await p.goto(office.url + path)
    await p.locator(ready).first().waitFor()
    expect(await fitsAcross(p), path).toBe(true)
    await picture(p, 'custom-phone' + path.replace(/\W+/g, '-'))
  }
  await small.close()
})
