// Figures of the main job, on the real programs: how long from the last bit of the
// caller ID burst to the painted card, and what both programs weigh before and after
// a thousand calls. Prints a table; asserts nothing about time.
import { cpus } from 'node:os'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { launch, person } from './browser'
import { logIn } from './login'
import { Office, until } from './office'

const measured = Number(process.env.CALLS ?? 200)
const inAll = Number(process.env.CALLS_IN_ALL ?? 1000)
const lines = 8

let office: Office
let browser: Awaited<ReturnType<typeof launch>>
beforeAll(async () => {
  office = await Office.open({ demo: true, lines })
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  await office?.close()
})

test('from the last bit to the painted card, and memory', async () => {
  const page = await (await person(browser)).newPage()
  await logIn(page, office)
  await page.evaluate(() => document.fonts.ready)
  const idle = { hub: office.rss('hub'), firmware: office.rss('firmware') }

  const spans: number[] = []
  for (let i = 0; i < measured; i++) spans.push(await oneCall(page, 1 + (i % lines)))
  spans.sort((a, b) => a - b)

  for (let done = measured; done < inAll; done += lines) {
    await Promise.all(Array.from({ length: lines }, (_, i) => office.ring({ line: i + 1, from: '13800138000', quick: true, noAnswer: true, rings: 1 })))
    await quiet(page)
  }

  const at = (q: number) => spans[Math.min(spans.length - 1, Math.floor(q * spans.length))]!.toFixed(0)
  console.log(`\nmachine: ${cpus().length} x ${cpus()[0]!.model}`)
  console.log(`last bit of the burst → card painted in Chromium, ${measured} calls: p50 ${at(0.5)} ms  p90 ${at(0.9)} ms  p99 ${at(0.99)} ms  max ${at(1)} ms   (bar: p50 < 60, p99 < 200)`)
  console.log(`RSS idle:              hub ${idle.hub.toFixed(0)} MB  firmware ${idle.firmware.toFixed(0)} MB (${lines} lines live)`)
  console.log(`RSS after ${inAll} calls: hub ${office.rss('hub').toFixed(0)} MB  firmware ${office.rss('firmware').toFixed(0)} MB\n`)
})

/** Rings once and returns the milliseconds from the last bit to the painted card. */
async function oneCall(page: Page, line: number): Promise<number> {
  await page.evaluate(() => performance.clearMarks('card-painted'))
  await office.ring({ line, from: '13800138000', quick: true, noAnswer: true, rings: 1 })
  const span = await page.waitForFunction(() => {
    const marks = performance.getEntriesByName('card-painted') as PerformanceMark[]
    const mark = marks.find((m) => m.detail.burstEnd)
    return mark && { ms: mark.detail.painted - mark.detail.burstEnd }
  }, undefined, { polling: 100, timeout: 30_000 })
  const { ms } = (await span.jsonValue()) as { ms: number }
  await closeCards(page)
  return ms
}

/** Waits for the end of every call and closes its card, as its user would. */
async function quiet(page: Page): Promise<void> {
  await until('the lines to be idle', () =>
    page.evaluate(async () => {
      const active = await (await fetch('/api/calls/active')).json()
      return active.lines.every((l: { state: string }) => l.state === 'idle')
    }), 60_000)
  await closeCards(page)
}

async function closeCards(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const [{ csrf }, { cards }] = await Promise.all(['/api/me', '/api/calls/active'].map(async (url) => (await fetch(url)).json()))
    for (const card of cards) await fetch(`/api/calls/${card.call.id}/close`, { method: 'POST', headers: { 'X-CSRF': csrf } })
  })
}
