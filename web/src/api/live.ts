// The transport of the live stream: from the hub's server-sent events to the page's bus.
//
// One stream serves all tabs through a shared worker. Where there is none (Chrome on
// Android before 148) the page holds its own and gives it up while hidden. Screens do not
// come here: they listen on the bus.

import { ref } from 'vue'
import { emit, liveState, on, type LiveEvents } from './bus'
import type { FromWorker, ToWorker } from './liveHub'
import { LiveStream } from './liveStream'

/** leads tells whether this tab is the one that makes sound: the last one looked at. */
export const leads = ref(false)

let offset = 0

/** hubNow is Unix milliseconds by the hub's clock, which all times on the wire are from. */
export function hubNow(): number {
  return Date.now() + offset
}

/** setHubClock takes the time the hub has just told. */
export function setHubClock(now: number): void {
  offset = now - Date.now()
}

type Send = (m: ToWorker) => void

let send: Send | undefined
let user = ''
let hiddenAt = 0

/** startLive joins the stream of user; the bus then brings hello and everything after it. */
export function startLive(userID: string): void {
  user = userID
  if (!send) {
    send = typeof SharedWorker === 'undefined' ? ownStream() : sharedStream()
    followPage()
  }
  join()
}

/** stopLive ends the stream for every tab of this browser: the session is over. */
export function stopLive(): void {
  if (!user) return
  user = ''
  send?.({ kind: 'stop' })
}

function join(): void {
  send?.({ kind: 'join', user, visible: !document.hidden })
}

function receive(m: FromWorker): void {
  switch (m.kind) {
    case 'event':
      return deliver(m.name, m.data)
    case 'state':
      liveState.value = m.state
      return
    case 'lead':
      leads.value = m.lead
  }
}

function deliver(name: keyof LiveEvents, text: string): void {
  const data = JSON.parse(text) as LiveEvents[typeof name]
  if (name === 'hello') {
    const { now } = data as LiveEvents['hello']
    if (now) setHubClock(now)
  }
  emit(name, data)
}

function sharedStream(): Send {
  const worker = new SharedWorker(new URL('./live.worker.ts', import.meta.url), { type: 'module', name: 'bellhop-live' })
  worker.port.onmessage = (e: MessageEvent<FromWorker>) => receive(e.data)
  // Browsers that know shared workers but not as modules (Firefox before 114).
  worker.onerror = () => {
    worker.port.close()
    send = ownStream()
    if (user) join()
  }
  return (m) => worker.port.postMessage(m)
}

function ownStream(): Send {
  leads.value = true
  const stream = new LiveStream('/api/events', {
    event: (name, data) => receive({ kind: 'event', name, data }),
    state: (state) => receive({ kind: 'state', state }),
  })
  return (m) => {
    switch (m.kind) {
      case 'join':
        return stream.start()
      case 'visible':
        return m.visible ? stream.start() : stream.stop()
      case 'renew':
        return stream.renew()
      case 'leave':
        return stream.stop()
      case 'stop':
        return stream.stop(true)
    }
  }
}

function followPage(): void {
  document.addEventListener('visibilitychange', () => {
    if (!user) return
    send?.({ kind: 'visible', visible: !document.hidden })
    // A machine that slept may hold a connection that is dead and does not know it.
    if (document.hidden) hiddenAt = Date.now()
    else if (liveState.value !== 'open' && Date.now() - hiddenAt > 30_000) send?.({ kind: 'renew' })
  })
  addEventListener('online', () => user && send?.({ kind: 'renew' }))
  addEventListener('pagehide', () => send?.({ kind: 'leave' }))
  // Back from the browser's back/forward cache.
  addEventListener('pageshow', (e) => e.persisted && user && join())
}

/** followSession starts and stops the stream as people log in and out of this page. */
export function followSession(): void {
  on('session', ({ me }) => (me ? startLive(me.id) : stopLive()))
}
