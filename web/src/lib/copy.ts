/**
 * copyText puts text on the clipboard, also where the browser hides its clipboard from
 * pages that came over plain HTTP.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text)
      return true
    }
  } catch {
    // refused: the old way may still work
  }
  const box = document.createElement('textarea')
  box.value = text
  box.style.cssText = 'position:fixed;opacity:0'
  // Inside an open dialog everything else is inert.
  const host = document.querySelector('dialog[open]') ?? document.body
  const before = document.activeElement as HTMLElement | null
  host.append(box)
  box.select()
  const done = document.execCommand('copy')
  box.remove()
  before?.focus({ preventScroll: true })
  return done
}
