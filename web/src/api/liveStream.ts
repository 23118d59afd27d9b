// One server-sent stream and its reconnects, with no page around it: the shared worker
// runs it for all tabs, a page without shared workers runs its own.
//
// EventSource comes back by itself with Last-Event-ID after a network error. It gives up
// on an HTTP error (a proxy's 502, an ended session) and never notices a connection that
// died without a FIN (a laptop that slept); both are handled here, and the last event id
// then travels as ?last=.

export const liveEventNames = [
  'hello', 'card', 'call', 'closed', 'lines', 'sms', 'modem', 'alert', 'changed', 'connected', 'security', 'page', 'bye', 'reload',
] as const

export type LiveEventName = (typeof liveEventNames)[number]

/** off: no session, or ended by the hub. lost: trying again. */
export type LiveState = 'off' | 'connecting' | 'open' | 'lost'

export interface StreamSink {
  /** data is the JSON text as sent, so that a worker can hand it on unread */
  event(name: LiveEventName, data: string): void
  state(state: LiveState): void
}

export interface StreamSource {
  onopen: ((e: Event) => void) | null
  onerror: ((e: Event) => void) | null
  readyState: number
  addEventListener(name: string, on: (e: MessageEvent<string>) => void): void
  close(): void
}

export interface StreamParts {
  open(url: string): StreamSource
  /** HTTP status of a small authenticated request; 0 when the hub does not answer */
  probe(): Promise<number>
  now(): number
}

const browserParts: StreamParts = {
  open: (url) => new EventSource(url),
  probe: () => fetch('/api/me', { cache: 'no-store' }).then((r) => r.status, () => 0),
  now: () => Date.now(),
}

const closedState = 2
const firstRetry = 1000
const longestRetry = 10_000
// The hub's heartbeat comes every 15 s; three of them missed is a dead connection.
const silence = 45_000
const watchEvery = 5000

export class LiveStream {
  private source: StreamSource | undefined
  private last = ''
  private retry = firstRetry
  private timer: ReturnType<typeof setTimeout> | undefined
  private watch: ReturnType<typeof setInterval> | undefined
  private heardAt = 0
  private beats = false
  state: LiveState = 'off'

  constructor(
    private readonly url: string,
    private readonly sink: StreamSink,
    private readonly parts: StreamParts = browserParts,
  ) {}

  start(): void {
    if (this.state !== 'off') return
    this.to('connecting')
    this.connect()
  }

  /** Ends the stream. forget also drops the place in it, for another user's login. */
  stop(forget = false): void {
    this.drop()
    if (forget) this.last = ''
    this.to('off')
  }

  /** Opens a new connection at once: after waking, when the old one may be dead. */
  renew(): void {
    if (this.state === 'off') return
    this.drop()
    this.to('connecting')
    this.connect()
  }

  private connect(): void {
    const url = this.last ? `${this.url}?last=${encodeURIComponent(this.last)}` : this.url
    const source = this.parts.open(url)
    this.source = source
    this.heardAt = this.parts.now()
    source.onopen = () => {
      this.heard()
      this.retry = firstRetry
      this.to('open')
    }
    source.onerror = () => {
      if (source !== this.source) return
      this.to('lost')
      if (source.readyState === closedState) void this.again()
    }
    for (const name of liveEventNames) source.addEventListener(name, (e) => this.take(name, e))
    source.addEventListener('beat', () => {
      this.beats = true
      this.heard()
    })
    this.watch = setInterval(() => this.listenForSilence(), watchEvery)
  }

  private take(name: LiveEventName, e: MessageEvent<string>): void {
    this.heard()
    if (e.lastEventId) this.last = e.lastEventId
    this.sink.event(name, e.data)
    if (name === 'bye') this.stop(true)
  }

  private heard(): void {
    this.heardAt = this.parts.now()
  }

  private listenForSilence(): void {
    if (this.beats && this.state === 'open' && this.parts.now() - this.heardAt > silence) this.renew()
  }

  /** The hub refused the stream: is it the session, or only the moment? */
  private async again(): Promise<void> {
    this.drop()
    const status = await this.parts.probe()
    if (this.state !== 'lost') return
    if (status === 401) {
      this.sink.event('bye', '{"reason":"expired"}')
      this.stop(true)
      return
    }
    this.timer = setTimeout(() => this.connect(), this.retry)
    this.retry = Math.min(this.retry * 2, longestRetry)
  }

  private drop(): void {
    clearTimeout(this.timer)
    clearInterval(this.watch)
    this.source?.close()
    this.source = undefined
  }

  private to(state: LiveState): void {
    if (this.state === state) return
    this.state = state
    this.sink.state(state)
  }
}
