// An order written the way an order desk writes it: by keyboard, from a sheet, with a
// scanner, and on a phone.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fitsAcross, launch, person, phone, picture } from './browser'
import { api, logIn } from './login'
import { Office, until } from './office'

let browser: Browser
let office: Office
let context: BrowserContext
let page: Page
interface Rec {
  id: string
  rev: number
  values: { amount: { minor: number }; lines: { values: Record<string, unknown> }[]; no: string }
}
const yuan = (minor: number) => ({ minor, currency: 'CNY' })

beforeAll(async () => {
  browser = await launch()
  office = await Office.open({ demo: true })
  context = await person(browser)
  page = await context.newPage()
  await logIn(page, office)
  for (const [name, barcode, price] of [['标签打印机', '6901234567892', 128000], ['热敏标签纸', '6909876543210', 2550]] as const)
    await api(context, office, 'post', '/api/o/product', { values: { name, barcode, unit: '台', price: yuan(price) } })
})
afterAll(async () => {
  await browser?.close()
  await office?.close()
})

const cell = (row: number, column: number) => page.locator(`tr[data-row="${row}"] [data-cell="${column}"] input`)
const still = (row: number) => page.locator(`tr[data-row="${row}"]`)
const keys = async (...list: string[]) => {
  for (const key of list) await page.keyboard.press(key)
}
let orders = 0
/** Each for another customer: what one test leaves as a draft is not the next one's. */
async function newOrder() {
  const customer = await api<{ rows: { id: string }[] }>(context, office, 'post', '/api/o/customer/query', { limit: 20 })
  await page.goto(`${office.url}/o/order/new?customer=${customer.rows[++orders]!.id}`)
  await page.getByRole('grid', { name: '明细' }).waitFor()
}
/** As fast as a quick typist; without a pause it would be a scanner. */
const type = (text: string) => page.keyboard.type(text, { delay: 45 })
async function saved(): Promise<Rec> {
  await page.waitForURL(/\/o\/order\/\d+$/)
  return api<Rec>(context, office, 'get', `/api/o/order/${page.url().split('/').pop()}`)
}

test('an order by keyboard alone: looked up, counted, copied, removed, saved', async () => {
  await newOrder()
  await page.getByRole('button', { name: '添加一行' }).focus()
  await page.keyboard.press('Enter')
  await type('标签打')
  await page.getByRole('option', { name: /标签打印机/ }).waitFor()
  await page.keyboard.press('Enter') // chosen: on to the next cell
  await until('the product to fill the line', async () => (await still(0).innerText()).includes('1,280.00') || (await cell(0, 5).inputValue().catch(() => '')) === '1,280.00')
  await keys('Enter', 'Enter', 'Enter') // name, spec, unit
  await type('2')
  await keys('Enter', 'Enter')
  await type('10')
  await keys('Enter', 'Enter') // discount, notes: the last cell opens a line
  await page.locator('tr[data-row="1"].on').waitFor()
  await keys('Enter')
  await type('上门安装')
  await keys('Tab', 'Tab', 'Tab')
  await type('1.5')
  await keys('Tab')
  await type('99.99')
  await keys('Control+d')
  await page.locator('tr[data-row="2"].on').waitFor()
  await keys('Control+Delete')
  await page.locator('[data-words]').getByText('贰仟肆佰伍拾叁元玖角玖分').waitFor()
  await picture(page, 'order-form')
  await page.keyboard.press('Control+Enter')
  const order = await saved()
  expect(order.values.amount.minor).toBe(245399)
  expect(order.values.lines.map((l) => [l.values.name, l.values.qty])).toEqual([['标签打印机', '2.00'], ['上门安装', '1.50']])
  await page.getByRole('tab', { name: /资料|详细|字段/ }).first().click().catch(() => {})
  await picture(page, 'order-page')
})

test('a table pasted from a sheet becomes lines, and F7 takes several products', async () => {
  await newOrder()
  await page.getByRole('button', { name: '添加一行' }).click()
  await page.evaluate(() => {
    const data = new DataTransfer()
    data.setData('text/plain', '商品\t数量\t单价\r\n标签打印机\t3\t1,200.00\r\n特制支架\t１２\t35.5\r\n6909876543210\t100\t\r\n')
    document.activeElement!.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  })
  await until('three lines', async () => (await page.locator('tr[data-row]').count()) >= 3 && (await page.getByRole('grid').innerText()).includes('2,550.00'))
  const grid = await page.getByRole('grid').innerText()
  for (const text of ['3,600.00', '特制支架', '426.00', '2,550.00']) expect(grid).toContain(text)
  await page.getByRole('button', { name: '添加一行' }).click()
  await page.keyboard.press('F7')
  const dialog = page.locator('dialog[open]')
  await dialog.getByText('热敏标签纸').click()
  await dialog.getByText('标签打印机').click()
  await dialog.getByRole('button', { name: '选用 2 个' }).click()
  await picture(page, 'order-sheet')
  await until('five lines and the empty one', async () => (await page.locator('tr[data-row]').count()) === 6)
})

test('a scanner: the same code counts up, an unknown one opens a new product', async () => {
  await newOrder()
  await page.locator('h1').click() // no field has the focus
  const scan = (code: string) =>
    page.evaluate((text) => {
      for (const key of [...text, 'Enter']) (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
    }, code)
  await page.evaluate(() => (document.activeElement as HTMLElement).blur())
  await scan('6901234567892')
  await until('the product', async () => (await page.getByRole('grid').innerText()).includes('1,280.00'))
  await page.evaluate(() => (document.activeElement as HTMLElement).blur())
  await scan('6901234567892')
  await until('two of it', async () => (await page.getByRole('grid').innerText()).includes('2,560.00'))
  await page.evaluate(() => (document.activeElement as HTMLElement).blur())
  await scan('6900000000001')
  const dialog = page.locator('dialog[open]')
  await dialog.getByRole('heading', { name: /新建商品|新增商品/ }).waitFor()
  await dialog.locator('[data-field=name] input').fill('新到的碳带')
  expect(await dialog.locator('[data-field=barcode] input').inputValue()).toBe('6900000000001')
  await dialog.getByRole('button', { name: '保存' }).click()
  await until('the new product as a line', async () => (await page.getByRole('grid').innerText()).includes('新到的碳带'))
})

test('UIX-13 an order on a phone: a card a line, nothing scrolls sideways', async () => {
  const pocket = await person(browser, { viewport: phone })
  const small = await pocket.newPage()
  await logIn(small, office)
  const customer = await api<{ rows: { id: string }[] }>(pocket, office, 'post', '/api/o/customer/query', { limit: 1 })
  await small.goto(`${office.url}/o/order/new?customer=${customer.rows[0]!.id}`)
  await small.getByRole('button', { name: '添加一行' }).click()
  const sheet = small.locator('dialog[open]')
  await sheet.locator('[data-field=name] input').fill('上门维修')
  await sheet.locator('[data-field=price] input').fill('180')
  await picture(small, 'order-phone-line')
  await sheet.getByRole('button', { name: '完成' }).click()
  await small.locator('.card', { hasText: '上门维修' }).waitFor()
  expect(await fitsAcross(small)).toBe(true)
  await picture(small, 'order-phone')
  await small.getByRole('button', { name: '保存' }).click()
  await small.waitForURL(/\/o\/order\/\d+$/)
  expect(await fitsAcross(small)).toBe(true)
  await pocket.close()
})
