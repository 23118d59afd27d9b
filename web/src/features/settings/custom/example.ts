/** example is the number a series gives next, as the hub will write it (hub/field/serial.go). */
export function example(s: { prefix: string; digits: number | string; reset: string; next: number | string }, at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  const day = { day: `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`, month: `${at.getFullYear()}${two(at.getMonth() + 1)}`, year: String(at.getFullYear()) }[s.reset]
  const n = String(Math.max(0, Math.floor(Number(s.next) || 0))).padStart(Math.min(12, Number(s.digits) || 0), '0')
  return day ? `${s.prefix}-${day}-${n}` : s.prefix + n
}
