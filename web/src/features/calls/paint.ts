// Says when a caller was on the glass. Benches read it from the card, or from the
// performance timeline: mark "card-painted", detail { call, burstEnd, painted }.

const marked = new Map<string, number>()
const keptMarks = 1000

/**
 * markPaint sets data-painted (Unix ms) on el once the frame that holds its present
 * content has been painted: a message posted from an animation frame arrives after it. A
 * card is marked once for each caller ID burst, wherever it is drawn again later.
 */
export function markPaint(el: HTMLElement, call: string, burstEnd: number | undefined): void {
  const key = `${call} ${burstEnd ?? ''}`
  const before = marked.get(key)
  if (before !== undefined) {
    el.dataset.painted = String(before)
    return
  }
  delete el.dataset.painted
  requestAnimationFrame(() => {
    const channel = new MessageChannel()
    channel.port1.onmessage = () => {
      channel.port1.close()
      const painted = Date.now()
      el.dataset.painted = String(painted)
      remember(key, painted)
      performance.mark('card-painted', { detail: { call, burstEnd, painted } })
    }
    channel.port2.postMessage(0)
  })
}

function remember(key: string, painted: number): void {
  marked.set(key, painted)
  if (marked.size <= keptMarks) return
  marked.clear()
  performance.clearMarks('card-painted')
}
