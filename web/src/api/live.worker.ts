// The shared worker: HTTP/1.1 gives a browser six connections to a host, so ten tabs with
// a stream each would hang. Works on plain HTTP.

import { LiveHub, type ToWorker } from './liveHub'

const hub = new LiveHub('/api/events')

addEventListener('connect', (e) => {
  const port = (e as MessageEvent).ports[0]
  if (!port) return
  port.onmessage = (m: MessageEvent<ToWorker>) => hub.take(port, m.data)
})
