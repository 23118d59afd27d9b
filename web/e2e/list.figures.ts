// How soon a list is there on a slow computer: Chromium at a quarter of its speed, from
// the address typed to the first rows painted. Prints a line; asserts nothing about time.
import { loadavg } from 'node:os'
import { afterAll, beforeAll, test } from 'vitest'
import { launch, person } from './browser'
import { logIn } from './login'
import { Office } from './office'

const rounds = Number(process.env.ROUNDS ?? 10)
const throttle = 4

let office: Office
let browser: Awaited<ReturnType<typeof launch>>
beforeAll(async () => {
  office = await Office.open({ demo: true })
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  await office?.close()
})

test('the customer list, with nothing in the cache and with the page in it', async () => {
  for (const cached of [false, true]) {
    const spans: number[] = []
    const busy: number[] = []
    for (let i = 0; i < rounds; i++) {
      const context = await person(browser)
      const page = await context.newPage()
      await logIn(page, office)
      const devtools = await context.newCDPSession(page)
      if (cached) {
        await page.goto(office.url + '/o/customer')
        await page.locator('.body > .row .name').first().waitFor()
      } else {
        await devtools.send('Network.clearBrowserCache')
      }
      await page.goto('about:blank')
      await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
      await devtools.send('Emulation.setCPUThrottlingRate', { rate: throttle })
      await page.goto(office.url + '/o/customer', { waitUntil: 'commit' })
      await page.locator('.body > .row .name').first().waitFor()
      spans.push(await page.evaluate(() => new Promise<number>((done) => requestAnimationFrame(() => done(performance.now())))))
      const { metrics } = await devtools.send('Performance.getMetrics')
      busy.push(1000 * metrics.find((m) => m.name === 'TaskDuration')!.value)
      await context.close()
    }
    for (const list of [spans, busy]) list.sort((a, b) => a - b)
    const at = (q: number) => spans[Math.min(spans.length - 1, Math.floor(q * spans.length))]!.toFixed(0)
    console.log(`address → list painted, processor throttled ${throttle} times, ${cached ? 'page in the cache' : 'nothing in the cache'}: p50 ${at(0.5)} ms  max ${at(1)} ms; the page's own thread worked ${busy[rounds >> 1]!.toFixed(0)} ms   (bar: 1500 ms; machine load ${loadavg()[0]!.toFixed(1)})`)
  }
})
