// A box out of its carton: the first page, and the shell in every language and light.
import AxeSource from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fitsAcross, launch, person, phone, picture } from './browser'
import { api, logIn } from './login'
import { Office } from './office'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
})

async function faults(page: Page): Promise<string[]> {
  await page.evaluate(AxeSource.source)
  return page.evaluate(async () => {
    const axe = (window as unknown as { axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }).axe
    return (await axe.run()).violations.map((v) => `${v.id} (${v.impact}): ${v.nodes[0]!.html.slice(0, 160)}`)
  })
}

test('first run: company, administrator and area code, then straight to work', async () => {
  const office = await Office.open()
  try {
    const context = await person(browser)
    const page = await context.newPage()
    await page.goto(office.url)
    await page.getByText('首次使用').waitFor()
    await picture(page, 'first-run')
    expect(await faults(page)).toEqual([])
    await page.getByLabel('公司名称').fill('宁波海天塑机配件厂')
    await page.getByLabel(/本地区号/).fill('0574')
    await page.getByLabel('管理员姓名').fill('何敏')
    await page.getByLabel('管理员用户名').fill('hemin')
    for (const box of await page.locator('input[type=password]').all()) await box.fill('12345678')
    await page.getByRole('button', { name: '开始使用' }).click()
    await page.getByText(/密码太|常用|简单|容易/).first().waitFor() // refused in words, nothing typed is lost
    expect(await page.getByLabel('公司名称').inputValue()).toBe('宁波海天塑机配件厂')
    for (const box of await page.locator('input[type=password]').all()) await box.fill('sea-breeze-2026')
    await page.getByRole('button', { name: '开始使用' }).click()
    await page.getByText('工作台').first().waitFor()
    await office.ring({ from: '87651234', standard: 'v23', talkMs: 1000 })
    // A local number is completed with the office's own area code.
    await page.locator('section.card').filter({ hasText: '0574' }).waitFor()
    await context.close()
  } finally {
    await office.close()
  }
})

test('every main page in three languages, light and dark, PC and phone: nothing untranslated, nothing wider than the screen', async () => {
  const office = await Office.open({ demo: true })
  try {
    for (const [lang, dark, viewport] of [['zh-CN', false, { width: 1366, height: 768 }], ['en', true, { width: 1440, height: 900 }], ['zh-TW', false, phone]] as const) {
      const context = await person(browser, { dark, viewport, locale: lang })
      const page = await context.newPage()
      await logIn(page, office)
      await api(context, office, 'put', '/api/me', { lang })
      for (const path of ['/', '/o/customer', '/o/contact', '/o/order', '/calls', '/sms', '/box']) {
        await page.goto(office.url + path)
        await page.waitForTimeout(700)
        await picture(page, `${lang}${dark ? '-dark' : ''}${path.replaceAll('/', '-')}`)
        expect(await fitsAcross(page), `${lang} ${path}`).toBe(true)
        const text = await page.locator('body').innerText()
        expect(text.match(/\b(app|calls|entity|scope)\.[a-z]+(\.[a-z]+)*\b/i)?.[0], `${lang} ${path}`).toBeUndefined()
        if (lang === 'en') expect(await faults(page), path).toEqual([])
      }
      await context.close()
    }
  } finally {
    await office.close()
  }
})
