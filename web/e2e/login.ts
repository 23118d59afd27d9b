import type { BrowserContext, Page } from 'playwright-core'
import type { Office } from './office'

/** The demo office's people; their passwords are printed at its first start. */
export const people = {
  admin: { login: 'admin', password: 'demo-admin', name: '周敏' },
  manager: { login: 'chenjing', password: 'demo-chenjing', name: '陈静' },
  sales: { login: 'zhaomin', password: 'demo-zhaomin', name: '赵敏' },
}

/** Logs in by hand at the login page and waits for the shell. */
export async function logIn(page: Page, office: Office, who: { login: string; password: string } = people.manager): Promise<void> {
  await page.goto(office.url)
  await page.fill('input[name=login]', who.login)
  await page.fill('input[name=password]', who.password)
  await page.keyboard.press('Enter')
  await page.waitForSelector('input[name=password]', { state: 'detached' })

}

/** The session as the page has it: for looking behind the screen. */
export async function api<T>(context: BrowserContext, office: Office, method: 'get' | 'post' | 'put', path: string, data?: object): Promise<T> {
  const me = await (await context.request.get(office.url + '/api/me')).json()
  const answer = await context.request[method](office.url + path, { data, headers: { 'X-CSRF': me.csrf } })
  if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`)
  return (await answer.json()) as T
}
