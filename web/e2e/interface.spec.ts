// How users arrange their page: the workbench, the frame, styles, favourites, the manual.
import axe from 'axe-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { fitsAcross, launch, person, phone, picture } from './browser'
import { api, logIn, people } from './login'
import { Office, until } from './office'

interface Rec {
  id: string
  label: string
  rev: number
}
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
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await office?.close()
})

/** The same user at another computer. */
async function elsewhere(who = people.manager): Promise<{ at: BrowserContext; there: Page }> {
  const at = await person(browser)
  const there = await at.newPage()
  await logIn(there, office, who)
  await there.waitForSelector('#main')
  return { at, there }
}
async function faults(p: Page): Promise<string[]> {
  await p.evaluate(axe.source)
  return p.evaluate(async () => {
    const run = (window as unknown as { axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }).axe
    const { violations } = await run.run()
    return violations.filter((v) => v.impact === 'critical' || v.impact === 'serious').map((v) => `${v.id}: ${v.nodes[0]?.html}`)
  })
}
const width = (p: Page, selector: string) => p.locator(selector).evaluate((el) => el.getBoundingClientRect().width)
const customers = () => api<{ rows: Rec[] }>(context, office, 'post', '/api/o/customer/query', { limit: 3 })

test('UIX-01 the workbench gathers reminders, tasks, calls, approvals and figures, each opens in its module; it can be switched off', async () => {
  await page.goto(office.url + '/')
  for (const tile of ['未接来电', '该联系的客户', '我的日程', '待办任务', '待审批的申请', '今天接打的电话', '待办工单']) await page.getByRole('heading', { name: tile }).waitFor()
  await expect.poll(() => page.locator('.figures strong').allInnerTexts().then((x) => x.every((n) => /^\d+\+?$/.test(n)))).toBe(true)
  await picture(page, 'workbench')
  await expect.poll(() => faults(page), { timeout: 5000 }).toEqual([])
  const shown = Number(await page.locator('.figures a', { hasText: '待办任务' }).locator('strong').innerText())
  await page.locator('.figures a', { hasText: '待办任务' }).click()
  await page.waitForURL(/\/o\/schedule/)
  await page.getByText(`共 ${shown} 条`).first().waitFor()

  await page.goto(office.url + '/interface')
  await page.getByRole('switch', { name: '工作台' }).click()
  const link = page.getByRole('navigation').getByRole('link', { name: '工作台' })
  await link.waitFor({ state: 'detached' })
  await page.goto(office.url + '/')
  await page.waitForURL(/\/o\/customer/)
  await page.goto(office.url + '/interface')
  await page.getByRole('switch', { name: '工作台' }).click()
  await link.waitFor()
})

test('UIX-02 a manager picks three people and sees their items together', async () => {
  await page.goto(office.url + '/')
  await page.getByRole('button', { name: '查看谁的事项' }).click()
  const chips = page.locator('dialog[open] .chip')
  await chips.nth(3).waitFor()
  const picked = (await chips.allInnerTexts()).filter((n) => n !== people.manager.name).slice(0, 3)
  for (const name of picked) await page.locator('dialog[open]').getByRole('button', { name, exact: true }).click()
  await page.locator('dialog[open]').getByRole('button', { name: '保存' }).click()
  await page.getByRole('button', { name: picked.join('、') }).waitFor()
  const all = await api<{ interface: { people: string[] } }>(context, office, 'get', '/api/me')
  expect(all.interface.people).toHaveLength(3)
  const { count } = await api<{ count: number }>(context, office, 'post', '/api/o/ticket/query', {
    limit: 1, count: true, filter: { and: [{ field: 'state', op: 'in', value: ['new', 'doing', 'waiting'] }, { field: 'owner', op: 'in', value: all.interface.people }] },
  })
  await expect.poll(() => page.locator('.figures a', { hasText: '待办工单' }).locator('strong').innerText()).toBe(String(count))
  await picture(page, 'workbench-people')
  await api(context, office, 'put', '/api/me/interface', { people: [] })
})

test('UIX-03 hiding the navigation bar widens the page and is so after the next login', async () => {
  await page.goto(office.url + '/calls')
  await page.locator('nav.nav').waitFor()
  const before = await width(page, '#main')
  const toggle = page.locator('header.bar > .btn.icon').first()
  await toggle.click()
  await page.locator('.menu-small').waitFor()
  await toggle.click()
  await page.locator('nav.nav').waitFor({ state: 'detached' })
  expect(await width(page, '#main')).toBeGreaterThan(before + 150)
  const { at, there } = await elsewhere()
  await there.locator('.menu-hidden').waitFor()
  expect(await there.locator('nav.nav').count()).toBe(0)
  await at.close()
  await toggle.click()
  await page.locator('nav.nav').waitFor()
})

test('UIX-04 hiding the list pane shows only the record and is remembered', async () => {
  const [first, second] = (await customers()).rows
  await page.goto(`${office.url}/o/customer/${first!.id}`)
  await page.getByRole('button', { name: '显示列表' }).click()
  await page.locator('aside.pane .card').nth(1).waitFor()
  await page.locator('aside.pane').getByText(second!.label, { exact: true }).click()
  await page.waitForURL(new RegExp(second!.id))
  await page.getByRole('heading', { name: second!.label }).waitFor()
  expect(await page.locator('aside.pane [aria-current]').innerText()).toContain(second!.label)
  await picture(page, 'list-pane')
  await expect.poll(() => faults(page), { timeout: 5000 }).toEqual([])
  await page.getByRole('button', { name: '隐藏列表' }).click()
  await page.locator('aside.pane').waitFor({ state: 'detached' })
  const { at, there } = await elsewhere()
  await there.goto(`${office.url}/o/customer/${first!.id}`)
  await there.getByRole('heading', { name: first!.label }).waitFor()
  expect(await there.locator('aside.pane').count()).toBe(0)
  await at.close()
})

test('UIX-05 a larger size enlarges every page and leaves print as it is', async () => {
  const sizes = async (path: string) => {
    await page.goto(office.url + path)
    await page.locator('h1').first().waitFor()
    return page.locator('h1').first().evaluate((el) => parseFloat(getComputedStyle(el).fontSize))
  }
  const paths = ['/', '/o/customer', '/calls', '/interface', '/help']
  const usual = []
  for (const path of paths) usual.push(await sizes(path))
  await page.goto(office.url + '/interface')
  await page.getByRole('group', { name: '字号' }).or(page.getByRole('radiogroup', { name: '字号' })).getByText('特大').click()
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset.text)).toBe('larger')
  for (const [i, path] of paths.entries()) expect(await sizes(path), path).toBeCloseTo(usual[i]! * 1.3, 1)
  await picture(page, 'text-larger')
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('h1').first().evaluate((el) => parseFloat(getComputedStyle(el).fontSize))).toBeCloseTo(usual[4]!, 1)
  await page.emulateMedia({ media: 'screen' })
  await api(context, office, 'put', '/api/me/interface', { text: 'normal' })
})

test('UIX-06 another style changes colours and density on this user\'s devices only', async () => {
  await page.goto(office.url + '/interface')
  const colour = (p: Page) => p.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--primary').trim())
  const before = await colour(page)
  await page.getByRole('radio', { name: '松林' }).click()
  await expect.poll(() => colour(page)).toBe('#217a4b')
  await page.getByText('紧凑', { exact: true }).click()
  await expect.poll(() => page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--bar').trim())).toBe('46px')
  await expect.poll(() => faults(page), { timeout: 5000 }).toEqual([])
  const { at, there } = await elsewhere()
  await expect.poll(() => colour(there)).toBe('#217a4b')
  await at.close()
  const other = await elsewhere(people.sales)
  expect(await colour(other.there)).toBe(before)
  await other.at.close()
  await api(context, office, 'put', '/api/me/interface', { look: 'harbour' })
  await api(context, office, 'put', '/api/me', { density: 'comfortable' })
})

test('UIX-07 a page in the background notifies of a call, and one click brings it back', async () => {
  const at = await person(browser)
  await at.grantPermissions(['notifications'], { origin: office.url })
  const p = await at.newPage()
  await logIn(p, office)
  await p.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await p.getByText('空闲').first().waitFor()
  const manifest = await (await at.request.get(office.url + '/app.webmanifest')).json()
  expect(manifest.display).toBe('standalone')
  await p.evaluate(() => {
    Object.defineProperty(document, 'hidden', { get: () => true })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await office.ring({ from: '15824388394', rings: 3, noAnswer: true })
  const told = () => p.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map((n) => ({ title: n.title, path: (n.data as { path: string }).path })))
  await until('a notification of the call', async () => (await told()).some((n) => n.title.startsWith('来电')))
  const [shown] = await told()
  // What a click on it does: the service worker tells the page where to go.
  await p.evaluate((path) => navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data: { open: path } })), shown!.path)
  await p.waitForURL((url) => url.pathname === shown!.path)
  await at.close()
  // The card of that call lies on everybody's page until it is closed.
  await page.getByRole('button', { name: '关闭来电卡片' }).first().click()
  await page.locator('.cards .card').waitFor({ state: 'detached' })
})

test('UIX-08 switching the forum link off removes it from this user\'s menu only', async () => {
  const boss = await elsewhere(people.admin)
  await boss.there.goto(office.url + '/settings/interface')
  await boss.there.locator('input[name=forum-url]').fill('https://bbs.example.com/')
  await boss.there.locator('input[name=forum-label]').fill('公司论坛')
  await boss.there.getByRole('button', { name: '保存' }).click()
  const link = (p: Page) => p.getByRole('navigation').getByRole('link', { name: '公司论坛' })
  await link(boss.there).waitFor()
  expect(await link(boss.there).getAttribute('target')).toBe('_blank')
  await page.goto(office.url + '/interface')
  await link(page).waitFor()
  await page.getByRole('switch', { name: '论坛链接' }).click()
  await link(page).waitFor({ state: 'detached' })
  await boss.there.reload()
  await link(boss.there).waitFor()
  await boss.at.close()
})

test('UIX-11 a starred record is in My favourites; a page sent to a colleague opens only with the right', async () => {
  const [rec] = (await customers()).rows
  await page.goto(`${office.url}/o/customer/${rec!.id}`)
  await page.getByRole('button', { name: '收藏', exact: true }).click()
  await page.getByRole('button', { name: '取消收藏' }).waitFor()
  await page.goto(office.url + '/favourites')
  await page.getByRole('link', { name: rec!.label }).waitFor()
  await expect.poll(() => faults(page), { timeout: 5000 }).toEqual([])

  const mine = await api<{ id: string }>(context, office, 'post', '/api/o/customer', { values: { name: '只给主管看的客户' } })
  const sales = await elsewhere(people.sales)
  await page.goto(`${office.url}/o/customer/${mine.id}`)
  await page.getByRole('button', { name: '更多' }).last().click()
  await page.getByRole('menuitem', { name: '发送此页' }).click()
  const dialog = page.locator('dialog[open]')
  await dialog.getByRole('button', { name: people.sales.name }).click()
  expect(await dialog.getByRole('link', { name: '用邮件发送' }).getAttribute('href')).toContain(encodeURIComponent(`/o/customer/${mine.id}`))
  await picture(page, 'send-page')
  await dialog.getByRole('button', { name: '发送', exact: true }).click()
  const note = sales.there.locator('.notes .open')
  await note.waitFor()
  expect(await note.innerText()).toContain('只给主管看的客户')
  await note.click()
  await sales.there.waitForURL(new RegExp(mine.id))
  await sales.there.getByText('没有这条记录，或者不在您可以查看的范围内').or(sales.there.locator('.empty')).first().waitFor()
  expect(await sales.there.getByRole('heading', { name: '只给主管看的客户' }).count()).toBe(0)
  await sales.at.close()
})

test('UIX-12 F1 opens help of that page; the manual is searched; practice tasks come with sample data', async () => {
  await page.goto(office.url + '/calls')
  await page.getByRole('heading', { name: '通话' }).first().waitFor()
  await page.keyboard.press('F1')
  await page.locator('dialog[open]').getByRole('heading', { name: '来电与通话' }).waitFor()
  await picture(page, 'help-dialog')
  await page.keyboard.press('F1')
  await page.goto(office.url + '/o/customer')
  await page.locator('[role=row]').nth(1).waitFor()
  await page.keyboard.press('F1')
  await page.locator('dialog[open]').getByRole('heading', { name: '列表', exact: true, level: 2 }).waitFor()
  await page.locator('dialog[open]').getByRole('link', { name: '打开使用手册' }).click()
  await page.getByRole('searchbox', { name: '搜索手册' }).fill('证书')
  await page.locator('.found a', { hasText: '安装与通知' }).click()
  await page.getByRole('heading', { name: '改用 https' }).waitFor()
  await expect.poll(() => faults(page), { timeout: 5000 }).toEqual([])

  await page.goto(office.url + '/help/practice')
  await page.getByRole('button', { name: '准备练习数据，开始' }).click()
  await page.getByText('已完成 0 / 6').waitFor()
  await picture(page, 'practice')
  await api(context, office, 'post', '/api/o/customer', { values: { name: '练习·自己建的' } })
  await page.getByText('已完成 1 / 6').waitFor()
  await page.getByRole('button', { name: '结束并清理练习数据' }).click()
  await page.getByRole('button', { name: '准备练习数据，开始' }).waitFor()
})

test('CUS-12 SUP-01 a customer tells of those below it, a supplier of what there is with counts', async () => {
  const [first] = (await customers()).rows
  await api(context, office, 'post', '/api/o/customer', { values: { name: '下级门市', parent: first!.id } })
  await page.goto(`${office.url}/o/customer/${first!.id}`)
  await page.getByRole('tab', { name: /层级/ }).click()
  await page.locator('#tab-panel').getByRole('link', { name: '下级门市' }).waitFor()
  await page.getByText('合计（2 家）').waitFor()
  await picture(page, 'family')
  const supplier = await api<{ id: string }>(context, office, 'post', '/api/o/supplier', { values: { name: '纸业供应商' } })
  await api(context, office, 'post', '/api/o/activity', { values: { text: '谈了账期', at: Date.now(), supplier: supplier.id } })
  await page.goto(`${office.url}/o/supplier/${supplier.id}`)
  for (const tab of [/联系人/, /联系记录\s*1/, /附件/]) await page.getByRole('tab', { name: tab }).waitFor()
})

test('UIX-13 the workbench, interface, favourites and manual fit a phone', async () => {
  const at = await person(browser, { viewport: phone })
  const p = await at.newPage()
  await logIn(p, office)
  for (const [path, name, text] of [['/', 'workbench-phone', '今天的通话'], ['/interface', 'interface-phone', '字号'], ['/favourites', 'favourites-phone', /收藏|客户/], ['/help', 'help-phone', '列表'], ['/help/calls', 'help-calls-phone', '来电']] as const) {
    await p.goto(office.url + path)
    await p.locator('#main').getByText(text).locator('visible=true').first().waitFor()
    expect(await fitsAcross(p), path).toBe(true)
    await picture(p, name)
  }
  await at.close()
})
