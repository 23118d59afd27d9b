import { onMounted, onUnmounted } from 'vue'

/** isTyping is true while keys belong to a text field or to an input method. */
export function isTyping(e: KeyboardEvent): boolean {
  const el = e.target as HTMLElement
  return e.isComposing || e.keyCode === 229 || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName) || el.isContentEditable
}

/**
 * isEnter is a real Enter: the one that confirms a candidate of an input method
 * must never submit. Safari sends that one after compositionend with keyCode 229.
 */
export function isEnter(e: KeyboardEvent): boolean {
  return e.key === 'Enter' && !e.isComposing && e.keyCode !== 229
}

/** useKeys listens on the window for the life of the component. */
export function useKeys(handle: (e: KeyboardEvent) => void): void {
  onMounted(() => addEventListener('keydown', handle))
  onUnmounted(() => removeEventListener('keydown', handle))
}

/** letterOf is the key with a letter or digit on it, whatever Alt or an input method makes of it. */
export function letterOf(e: KeyboardEvent): string {
  return /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(e.code)?.[1] ?? e.key.toUpperCase()
}
