// Records come in by file and leave as one, the way an office does it: a list from the old
// program is matched, looked at, brought in, mended and taken back.
import { readFileSync } from 'node:fs'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fitsAcross, launch, person, phone, picture } from './browser'
import { api, logIn, people } from './login'
import { Office, until } from './office'

let office: Office
let browser: Browser
let context: BrowserContext
let page: Page

interface Rows {
  rows: { id: string; rev: number; label: string; values: Record<string, unknown> }[]
  count: number
}
const customers = (body: object) => api<Rows>(context, office, 'post', '/api/o/customer/query', { count: true, ...body })
const named = (part: string) => customers({ filter: { field: 'name', op: 'contains', value: part } })

beforeAll(async () => {
  office = await Office.open({ demo: true })
  browser = await launch()
  context = await person(browser)
  page = await context.newPage()
  page.on('pageerror', (err) => console.log('page error', err.message))
  await logIn(page, office, people.admin)
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await office?.close()
})

/** A list of 500 as another program saved it: one row about a customer who is there, six that can't be. */
function oldList(there: string): string[][] {
  const rows = Array.from({ length: 500 }, (_, i) => [`旧系统${String(i).padStart(3, '0')}号公司`, `137${10_000_000 + i}`, '', 'A 重点', '', '2001年2月3日', '要发票，含税', `M${i}`])
  rows[3]![0] = ''
  rows[4]![1] = '未留电话'
  rows[5]![3] = '特级'
  rows[6]![4] = '没有此人'
  rows[7]![5] = '下周三'
  rows[8]![2] = there
  return [['客户名称', '手机', '办公电话', '级别', '负责人', '生日', '备注', '内部代码'], ...rows]
}
const csv = (rows: string[][]) => rows.map((r) => r.join(',')).join('\r\n')

async function send(p: Page, name: string, text: string) {
  await p.goto(office.url + '/import/customer')
  await p.getByRole('heading', { name: '最近的导入' }).waitFor()
  await p.setInputFiles('input[type=file]', { name, mimeType: 'text/csv', buffer: Buffer.from('\ufeff' + text) })
  await p.getByRole('heading', { name: '各列对应的字段' }).waitFor()
}
const field = (p: Page, column: string) => p.getByRole('combobox', { name: `“${column}”对应的字段` })
const chosen = (p: Page, column: string) => field(p, column).evaluate((el) => (el as HTMLSelectElement).selectedOptions[0]!.textContent!.trim())
const number = (p: Page, of: string) => p.locator('.numbers div', { hasText: of }).locator('dd').innerText()

test('IMP-01 a file of 500 customers is matched, previewed, checked for duplicates; rejected rows come back with reasons; it is undone', async () => {
  const there = (await customers({ filter: { field: 'phones', op: 'notEmpty' }, limit: 1 })).rows[0]!
  const before = (await customers({})).count
  await send(page, '旧系统客户.csv', csv(oldList((there.values.phones as { number: string }[])[0]!.number)))
  expect(await chosen(page, '客户名称')).toBe('客户名称 *')
  expect(await chosen(page, '手机')).toBe('电话 · 手机')
  expect(await chosen(page, '内部代码')).toBe('不导入')
  await field(page, '内部代码').selectOption({ label: '简称' })
  await picture(page, 'import-match')
  await page.getByRole('button', { name: '预览' }).click()
  const preview = page.locator('section.preview')
  await preview.getByText('5 行有错').waitFor()
  await preview.getByText(`与“${there.label}”相同`).waitFor()
  await until('the preview to be on the screen', () => preview.evaluate((el) => el.getBoundingClientRect().top < innerHeight / 2))
  await preview.getByText('负责人：没有用户「没有此人」').waitFor()
  await picture(page, 'import-preview')
  expect((await customers({})).count, 'a preview writes nothing').toBe(before)

  await page.getByText('逐条确认').click()
  await page.getByRole('button', { name: '开始导入' }).click()
  await page.getByRole('heading', { name: '等待确认' }).waitFor()
  expect(await Promise.all(['新建', '失败', '待确认'].map((x) => number(page, x)))).toEqual(['494', '5', '1'])
  await picture(page, 'import-asked')
  await page.getByRole('combobox', { name: /第 10 行的处理/ }).selectOption({ label: '补充空白' })
  await page.getByRole('button', { name: '处理所选 1 行' }).click()
  await page.getByRole('heading', { name: '已完成' }).waitFor()
  expect(await number(page, '更新')).toBe('1')
  await page.getByText('生日：「下周三」不是日期').waitFor()

  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '下载未导入的行' }).click()])
  expect(file.suggestedFilename()).toMatch(/\.xlsx$/)
  expect(readFileSync((await file.path())!).subarray(0, 2).toString()).toBe('PK')
  expect((await named('旧系统')).count).toBe(494)

  await page.getByRole('button', { name: '撤销这次导入' }).click()
  await page.getByRole('button', { name: '撤销', exact: true }).click()
  await page.getByText('已撤销 495 条').waitFor()
  expect((await customers({})).count).toBe(before)
  await picture(page, 'import-undone')
})

test('IMP-04 a saved match and a choice of columns are offered the next time', async () => {
  await send(page, '一月.csv', '单位,联络号码,说明文字\n甲一公司,13711110001,好\n')
  await field(page, '联络号码').selectOption({ label: '电话 · 手机' })
  await field(page, '说明文字').selectOption({ label: '备注' })
  await page.getByText('保存这套对应，供下次使用').click()
  await page.getByPlaceholder('方案名称').fill('旧系统格式')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByText('已保存“旧系统格式”').waitFor()
  await send(page, '二月.csv', '单位,联络号码,说明文字\n甲二公司,13711110002,好\n')
  await page.getByText('已按方案“旧系统格式”对应，请核对。').waitFor()
  expect(await chosen(page, '联络号码')).toBe('电话 · 手机')
  expect(await chosen(page, '说明文字')).toBe('备注')

  const dialog = await exporting(page)
  for (const name of ['级别', '状态']) await dialog.getByRole('button', { name: '去掉 ' + name }).click()
  await dialog.getByRole('button', { name: '编号', exact: true }).click()
  await dialog.getByPlaceholder('给这套字段起名，供下次使用').fill('对账用')
  await dialog.getByRole('button', { name: '保存方案' }).click()
  await page.getByText('已保存“对账用”').waitFor()
  await dialog.getByRole('button', { name: '取消' }).click()
  const again = await exporting(page)
  await again.locator('.chosen li', { hasText: '级别' }).waitFor()
  await again.getByRole('combobox', { name: '使用保存的方案' }).selectOption({ label: '对账用' })
  await again.locator('.chosen li', { hasText: '编号' }).waitFor()
  expect(await again.locator('.chosen li', { hasText: '级别' }).count()).toBe(0)
  await picture(page, 'export-dialog')
  await again.getByRole('button', { name: '取消' }).click()
})

async function exporting(p: Page, path = '/o/customer') {
  await p.goto(office.url + path)
  await p.locator('.list .body > .row .name').first().waitFor()
  await p.getByRole('button', { name: '更多操作' }).click()
  await p.getByRole('menuitem', { name: '导出…' }).click()
  const dialog = p.getByRole('dialog', { name: '导出客户' })
  await dialog.waitFor()
  return dialog
}

test('IMP-05 a filtered list leaves as CSV with its columns; where approval is set it waits for the keeper', async () => {
  const dialog = await exporting(page, '/o/customer?f.level=b')
  await dialog.getByRole('button', { name: 'CSV' }).click()
  const [file] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: '导出', exact: true }).click()])
  const lines = readFileSync((await file.path())!, 'utf8').trimEnd().split('\r\n')
  const wanted = await customers({ filter: { field: 'level', op: 'eq', value: 'b' } })
  expect(lines[0]).toMatch(/^\ufeff客户名称,/)
  expect(lines.length - 1).toBe(wanted.count)
  expect(lines.slice(1).every((l) => l.includes('B 优质'))).toBe(true)

  await api(context, office, 'put', '/api/security/policy', { export: 'approval' })
  const manager = await person(browser)
  const p = await manager.newPage()
  await logIn(p, office, people.manager)
  await (await exporting(p)).getByRole('button', { name: '导出', exact: true }).click()
  const question = p.getByRole('dialog', { name: '导出', exact: true })
  await question.getByText('需要数据管理员批准').waitFor()
  await picture(p, 'export-approval')
  await question.getByRole('textbox').fill('寄年历')
  await question.getByRole('button', { name: '继续' }).click()
  await p.getByText('申请已提交给数据管理员').waitFor()
  const { rows } = await api<{ rows: { id: string; reason: string }[] }>(context, office, 'get', '/api/access-requests?box=inbox&state=open')
  expect(rows[0]!.reason).toBe('寄年历')
  await api(context, office, 'post', `/api/access-requests/${rows[0]!.id}/decide`, { approve: true })
  const ask = await exporting(p)
  const [left] = await Promise.all([p.waitForEvent('download'), ask.getByRole('button', { name: '导出', exact: true }).click()])
  expect(left.suggestedFilename()).toMatch(/^客户-.*\.xlsx$/)
  await api(context, office, 'put', '/api/security/policy', { export: 'off' })
  await manager.close()

  const seller = await person(browser)
  const s = await seller.newPage()
  await logIn(s, office, people.sales)
  await s.goto(office.url + '/o/customer')
  await s.locator('.list .body > .row .name').first().waitFor()
  await s.getByRole('button', { name: '更多操作' }).click()
  await s.getByRole('menuitem').first().waitFor()
  expect(await s.getByRole('menuitem', { name: /导出|导入/ }).count()).toBe(0)
  await seller.close()
})

test('IMP-01 on a phone the steps stand below each other and nothing runs out of the screen', async () => {
  const small = await person(browser, { viewport: phone })
  const p = await small.newPage()
  await logIn(p, office, people.admin)
  await p.goto(office.url + '/import/customer')
  await p.getByText('选择要导入的文件').waitFor()
  expect(await fitsAcross(p)).toBe(true)
  await picture(p, 'import-phone-file')
  await send(p, '手机.csv', csv(oldList('13711110009')))
  expect(await fitsAcross(p)).toBe(true)
  await picture(p, 'import-phone-match')
  await p.getByRole('button', { name: '预览' }).click()
  await p.locator('section.preview').getByText('5 行有错').waitFor()
  expect(await fitsAcross(p)).toBe(true)
  await picture(p, 'import-phone-preview')
  await p.goto(office.url + '/settings/servers')
  await p.getByRole('button', { name: '添加连接' }).waitFor()
  expect(await fitsAcross(p)).toBe(true)
  await small.close()
})
