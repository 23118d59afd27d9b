import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'

export const desktop = { width: 1440, height: 900 }
export const phone = { width: 390, height: 844 }

/** Where screenshots go; the two of the README were copied from here. */
export const pictures = resolve(import.meta.dirname, '../../var/pictures')

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  })
}

/** A browser profile of its own, as another person's computer or phone. */
export function person(browser: Browser, o: { viewport?: { width: number; height: number }; locale?: string; dark?: boolean } = {}): Promise<BrowserContext> {
  const viewport = o.viewport ?? desktop
  const small = viewport.width < 600
  return browser.newContext({
    viewport, locale: o.locale ?? 'zh-CN', colorScheme: o.dark ? 'dark' : 'light',
    deviceScaleFactor: small ? 2 : 1, isMobile: small, hasTouch: small,
  })
}

export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, name + '.png') })
}

/** True when nothing makes the page scroll sideways. */
export function fitsAcross(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)
}
