import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { LiveHub, type FromWorker } from './liveHub'
import { LiveStream, type LiveState, type StreamParts, type StreamSource } from './liveStream'

class FakeSource implements StreamSource {
  onopen: ((e: Event) => void) | null = null
  onerror: ((e: Event) => void) | null = null
  readyState = 0
  closed = false
  private readonly on = new Map<string, (e: MessageEvent<string>) => void>()

  constructor(readonly url: string) {}
  addEventListener(name: string, on: (e: MessageEvent<string>) => void): void {
    this.on.set(name, on)
  }
  close(): void {
    this.closed = true
  }
  opened(): void {
    this.readyState = 1
    this.onopen?.(new Event('open'))
  }
  send(name: string, data: string, lastEventId = ''): void {
    this.on.get(name)?.(new MessageEvent(name, { data, lastEventId }))
  }
  refused(): void {
    this.readyState = 2
    this.onerror?.(new Event('error'))
  }
}

function parts(status = 503) {
  const sources: FakeSource[] = []
  const made: StreamParts = {
    open: (url) => {
      const s = new FakeSource(url)
      sources.push(s)
      return s
    },
    probe: () => Promise.resolve(status),
    now: () => Date.now(),
  }
  return { sources, made }
}

function stream(status?: number) {
  const { sources, made } = parts(status)
  const events: string[] = []
  const states: LiveState[] = []
  const s = new LiveStream('/api/events', { event: (name, data) => events.push(name + data), state: (st) => states.push(st) }, made)
  return { s, sources, events, states }
}

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

describe('the stream', () => {
  test('hands on events unread and tells its state', () => {
    const { s, sources, events, states } = stream()
    s.start()
    sources[0]!.opened()
    sources[0]!.send('card', '{"x":1}', '7')
    expect(events).toEqual(['card{"x":1}'])
    expect(states).toEqual(['connecting', 'open'])
  })

  test('after a refusal it comes back by itself where it was', async () => {
    const { s, sources, states } = stream(503)
    s.start()
    sources[0]!.opened()
    sources[0]!.send('card', '{}', 'e 41')
    sources[0]!.refused()
    await vi.advanceTimersByTimeAsync(1000)
    expect(sources.length).toBe(2)
    expect(sources[1]!.url).toBe('/api/events?last=e%2041')
    sources[1]!.opened()
    expect(states).toEqual(['connecting', 'open', 'lost', 'open'])
  })

  test('a broken connection is left to EventSource, which reconnects itself', async () => {
    const { s, sources } = stream()
    s.start()
    sources[0]!.opened()
    sources[0]!.readyState = 0
    sources[0]!.onerror?.(new Event('error'))
    expect(s.state).toBe('lost')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sources.length).toBe(1)
  })

  test('an ended session is told as bye and not tried again', async () => {
    const { s, sources, events } = stream(401)
    s.start()
    sources[0]!.refused()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(events).toEqual(['bye{"reason":"expired"}'])
    expect(s.state).toBe('off')
    expect(sources.length).toBe(1)
  })

  test('a hub that beats and falls silent is a dead connection', async () => {
    const { s, sources } = stream()
    s.start()
    sources[0]!.opened()
    sources[0]!.send('beat', '{}')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sources.length).toBe(2)
    expect(sources[0]!.closed).toBe(true)
  })

  test('a hub that never beats is not watched', async () => {
    const { s, sources } = stream()
    s.start()
    sources[0]!.opened()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(sources.length).toBe(1)
  })
})

describe('one stream for all tabs', () => {
  function tab() {
    const got: FromWorker[] = []
    return { got, postMessage: (m: FromWorker) => void got.push(m) }
  }
  const leads = (t: { got: FromWorker[] }) => t.got.filter((m) => m.kind === 'lead').at(-1)?.lead

  test('every tab gets every event, a late one the hello again', () => {
    const { sources, made } = parts()
    const hub = new LiveHub('/e', made)
    const [a, b] = [tab(), tab()]
    hub.take(a, { kind: 'join', user: 'u', visible: true })
    sources[0]!.opened()
    sources[0]!.send('hello', '{"me":"u"}')
    hub.take(b, { kind: 'join', user: 'u', visible: true })
    sources[0]!.send('card', '{}')
    expect(sources.length).toBe(1)
    for (const t of [a, b]) expect(t.got.filter((m) => m.kind === 'event').map((m) => m.name)).toEqual(['hello', 'card'])
  })

  test('the tab last looked at leads', () => {
    const hub = new LiveHub('/e', parts().made)
    const [a, b] = [tab(), tab()]
    hub.take(a, { kind: 'join', user: 'u', visible: true })
    hub.take(b, { kind: 'join', user: 'u', visible: false })
    expect([leads(a), leads(b)]).toEqual([true, undefined])
    hub.take(a, { kind: 'visible', visible: false })
    expect(leads(a)).toBe(true)
    hub.take(b, { kind: 'visible', visible: true })
    expect([leads(a), leads(b)]).toEqual([false, true])
    hub.take(b, { kind: 'leave' })
    expect(leads(a)).toBe(true)
  })

  test('the stream ends with the last tab, and anew for another user', () => {
    const { sources, made } = parts()
    const hub = new LiveHub('/e', made)
    const [a, b] = [tab(), tab()]
    hub.take(a, { kind: 'join', user: 'u', visible: true })
    hub.take(a, { kind: 'leave' })
    expect(sources[0]!.closed).toBe(true)
    hub.take(b, { kind: 'join', user: 'u', visible: true })
    hub.take(b, { kind: 'join', user: 'v', visible: true })
    expect(sources.map((s) => s.closed)).toEqual([true, true, false])
  })
})
