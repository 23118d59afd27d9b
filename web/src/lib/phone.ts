// Numbers arrive canonical (+8613800138000) and, where the hub could, pretty.
// What is here only makes links and a fallback for reading.

/** telHref makes a tel: link any phone dials; letters and spaces never reach it. */
export function telHref(number: string): string {
  return 'tel:' + number.replace(/[^\d+*#,;]/g, '')
}

/** prettyNumber groups digits for the eye when the hub sent no `display`. */
export function prettyNumber(number: string): string {
  const national = number.replace(/^\+86/, '')
  if (/^1\d{10}$/.test(national)) return national.replace(/^(\d{3})(\d{4})(\d{4})$/, '$1 $2 $3')
  if (/^0(10|2\d)\d{7,8}$/.test(national)) return national.replace(/^(0\d{2})(\d{3,4})(\d{4})$/, '$1-$2 $3')
  if (/^0[3-9]\d{9,10}$/.test(national)) return national.replace(/^(0\d{3})(\d{3,4})(\d{4})$/, '$1-$2 $3')
  return number
}
