// Decimals are strings ("12.500") between page and hub and whole numbers of their last
// place in between: no binary fraction ever touches a price.

/** A decimal as units of 10^-scale. */
export interface Decimal {
  units: bigint
  scale: number
}

/** plainDigits lets pass what input methods and sheets put into numbers. */
export function plainDigits(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\s,，']/g, '')
    .replace(/。/g, '.')
}

/** parseDecimal reads a number a person typed; undefined when it is none. */
export function parseDecimal(text: string): Decimal | undefined {
  const m = /^([-+]?)(\d*)(?:\.(\d*))?$/.exec(plainDigits(text))
  if (!m || (!m[2] && !m[3]) || (m[2] ?? '').length > 15) return undefined
  const fraction = m[3] ?? ''
  const units = BigInt((m[2] || '0') + fraction)
  return { units: m[1] === '-' ? -units : units, scale: fraction.length }
}

/** toScale changes the places; what is cut off is rounded half away from zero, as an invoice does. */
export function toScale(d: Decimal, scale: number): Decimal {
  if (scale >= d.scale) return { units: d.units * 10n ** BigInt(scale - d.scale), scale }
  const cut = 10n ** BigInt(d.scale - scale)
  const half = cut / 2n
  const units = d.units < 0n ? -((-d.units + half) / cut) : (d.units + half) / cut
  return { units, scale }
}

/** decimalText writes a decimal with all its places: "12.500". */
export function decimalText(d: Decimal): string {
  const negative = d.units < 0n
  const digits = String(negative ? -d.units : d.units).padStart(d.scale + 1, '0')
  const whole = d.scale ? digits.slice(0, -d.scale) : digits
  return (negative ? '-' : '') + whole + (d.scale ? '.' + digits.slice(-d.scale) : '')
}

/** grouped puts separators into the whole part: "-1234567.5" → "-1,234,567.5". */
export function grouped(text: string): string {
  const [whole = '', fraction] = text.split('.')
  return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (fraction === undefined ? '' : '.' + fraction)
}

/** shortDecimal leaves out zeros nobody reads: "12.500" → "12.5". */
export function shortDecimal(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
