// How long a text message is: 3GPP TS 23.038. The 7-bit alphabet takes 160 characters in
// one part and 153 in each of several; anything outside it turns the whole text to UCS-2,
// 70 and 67 units of 16 bits, of which an emoji is two.

const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
// Each of these takes an escape before it, two septets in all.
const extended = new Set('\f^{}\\[~]|€')

export interface SmsLength {
  encoding: 'gsm7' | 'ucs2'
  /** in units of the encoding */
  units: number
  parts: number
  /** units still free in the last part */
  left: number
}

export function smsLength(text: string): SmsLength {
  const chars = [...text]
  const gsm7 = chars.every((c) => basic.has(c) || extended.has(c))
  const sizes = gsm7 ? chars.map((c) => (extended.has(c) ? 2 : 1)) : chars.map((c) => c.length)
  const [whole, each] = gsm7 ? [160, 153] : [70, 67]
  const units = sizes.reduce((sum, n) => sum + n, 0)
  if (units <= whole) return { encoding: gsm7 ? 'gsm7' : 'ucs2', units, parts: units ? 1 : 0, left: whole - units }
  const { parts, used } = fill(sizes, each)
  return { encoding: gsm7 ? 'gsm7' : 'ucs2', units, parts, left: each - used }
}

/** An escape pair or a surrogate pair is never split, so a part may end one unit early. */
function fill(sizes: number[], each: number): { parts: number; used: number } {
  let parts = 1
  let used = 0
  for (const size of sizes) {
    if (used + size > each) {
      parts++
      used = 0
    }
    used += size
  }
  return { parts, used }
}
