// Money counts minor units of its own currency. It is formatted by that
// currency and never by the page's language: ¥ must not turn into NT$.
import { shallowRef } from 'vue'
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

/** What the office wants of amounts: how many decimals, and whether they bear a sign. */
const office = shallowRef<{ sign: boolean; places?: number }>({ sign: true })
export function setMoney(sign: boolean, places: number): void {
  office.value = { sign, places }
}

/** placesOf is how many decimals an amount is shown with: those of its field, else the office's. */
function placesOf(currency: string, places?: number): number | undefined {
  return decimals(currency) ? (places ?? office.value.places) : 0
}

// Amounts are kept to four decimals of the unit, however many are shown.
const kept = 4

/**
 * plainAmount writes an amount with a point and separators: 128000 CNY → "1,280.00". It is
 * rounded half away from zero; before the office's wishes are known it shows all there is.
 */
export function plainAmount(money: Money, separators = true, fieldPlaces?: number): string {
  const coins = decimals(money.currency)
  const units = Math.round(Math.abs(money.minor) * 10 ** (kept - coins))
  const places = placesOf(money.currency, fieldPlaces) ?? coins
  const finest = office.value.places === undefined && fieldPlaces === undefined && units % 10 ** (kept - coins) ? kept : places
  const rounded = Math.floor(units / 10 ** (kept - finest) + 0.5)
  const digits = String(rounded).padStart(finest + 1, '0')
  let whole = finest ? digits.slice(0, -finest) : digits
  if (separators) whole = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const fraction = finest ? digits.slice(-finest) : ''
  return (money.minor < 0 && rounded ? '-' : '') + whole + (fraction ? '.' + fraction : '')
}

/** formatMoney adds the currency's sign where the office wants it: "¥1,280.00", "-US$3.50". */
export function formatMoney(money: Money | null | undefined, fieldPlaces?: number): string {
  if (!money) return ''
  const text = plainAmount(money, true, fieldPlaces)
  const symbol = moneySign(money.currency)
  return text.startsWith('-') ? '-' + symbol + text.slice(1) : symbol + text
}

/** moneySign is the sign before amounts, nothing where the office wants none. */
export function moneySign(currency: string): string {
  return office.value.sign ? currencySymbol(currency) : ''
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
