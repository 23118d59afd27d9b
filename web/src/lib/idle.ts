const signs = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'focus'] as const

/**
 * idle calls back once nobody has touched the page for so long. It looks at the clock,
 * not at timers alone: a laptop that slept counts as absence.
 */
export function idle(ms: number, away: () => void, now: () => number = Date.now): () => void {
  let last = now()
  const seen = () => {
    // Who comes back to a page that slept is too late.
    if (now() - last < ms) last = now()
    else away()
  }
  const timer = setInterval(() => now() - last >= ms && away(), Math.min(ms, 5_000))
  for (const sign of signs) addEventListener(sign, seen, { passive: true, capture: true })
  return () => {
    clearInterval(timer)
    for (const sign of signs) removeEventListener(sign, seen, { capture: true })
  }
}
