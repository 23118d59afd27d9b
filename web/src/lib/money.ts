// Money counts minor units of its own currency. It is formatted by that
// currency and never by the page's language: ¥ must not turn into NT$.
import type { Money } from '@/api/types'

const symbols: Record<string, string> = {
  CNY: '¥', TWD: 'NT$', HKD: 'HK$', MOP: 'MOP$', USD: 'US$', EUR: '€', GBP: '£', JPY: 'JP¥', KRW: '₩', SGD: 'S$', AUD: 'A$', CAD: 'C$',
}
const decimalsOf: Record<string, number> = { JPY: 0, KRW: 0, VND: 0, KWD: 3, BHD: 3 }

export function currencySymbol(currency: string): string {
  return symbols[currency] ?? currency + ' '
}
export function decimals(currency: string): number {
  return decimalsOf[currency] ?? 2
}

/** plainAmount writes minor units with a point and separators: 128000 CNY → "1,280.00". */
export function plainAmount(money: Money, separators = true): string {
  const places = decimals(money.currency)
  // Prices may be finer than a coin: {minor: 0.5} is half a fen.
  const [coins = '0', finer = ''] = String(Math.abs(money.minor)).split('.')
  const digits = coins.padStart(places + 1, '0')
  let whole = places ? digits.slice(0, -places) : digits
  if (separators) whole = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const fraction = (places ? digits.slice(-places) : '') + finer
  return (money.minor < 0 ? '-' : '') + whole + (fraction ? '.' + fraction : '')
}

/** formatMoney adds the currency's sign: "¥1,280.00", "-US$3.50". */
export function formatMoney(money: Money | null | undefined): string {
  if (!money) return ''
  const text = plainAmount(money)
  const symbol = currencySymbol(money.currency)
  return text.startsWith('-') ? '-' + symbol + text.slice(1) : symbol + text
}

/**
 * parseAmount reads what a person types into minor units: separators, full-width
 * digits and a leading currency sign are let pass. Undefined when it is not an
 * amount or has more decimals than the currency, or than `places` allows a price.
 */
export function parseAmount(text: string, currency: string, places = decimals(currency)): number | undefined {
  const plain = text
    .normalize('NFKC')
    .replace(/[\s,，']/g, '')
    .replace(/。/g, '.')
    .replace(/^([-+]?)(?:[A-Z]{0,3}[¥$€£₩])/, '$1')
  const m = /^([-+]?)(\d*)(?:\.(\d*))?$/.exec(plain)
  if (!m || (!m[2] && !m[3])) return undefined
  const fraction = (m[3] ?? '').replace(/0+$/, '')
  if (fraction.length > Math.max(places, decimals(currency))) return undefined
  const coins = decimals(currency)
  const whole = (m[2] || '0') + fraction.slice(0, coins).padEnd(coins, '0')
  const minor = Number(fraction.length > coins ? `${whole}.${fraction.slice(coins)}` : whole)
  if (!Number.isSafeInteger(Math.trunc(minor))) return undefined
  return m[1] === '-' && minor !== 0 ? -minor : minor
}
