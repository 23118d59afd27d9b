// What the shared worker does, apart from being a worker: one stream for all tabs of the
// browser, each event handed to every tab, and one tab named to do what only one may do
// (the ring sound).

import { LiveStream, type LiveEventName, type LiveState, type StreamParts } from './liveStream'

export type ToWorker =
  | { kind: 'join'; user: string; visible: boolean }
  | { kind: 'visible'; visible: boolean }
  | { kind: 'renew' }
  | { kind: 'leave' }
  | { kind: 'stop' }

export type FromWorker =
  | { kind: 'event'; name: LiveEventName; data: string }
  | { kind: 'state'; state: LiveState }
  | { kind: 'lead'; lead: boolean }

export interface Tab {
  postMessage(message: FromWorker): void
}

export class LiveHub {
  // In the order they were last looked at, the newest last.
  private tabs: Tab[] = []
  private readonly visible = new Set<Tab>()
  private leader: Tab | undefined
  private user = ''
  private hello = ''
  private readonly stream: LiveStream

  constructor(url: string, parts?: StreamParts) {
    this.stream = new LiveStream(
      url,
      {
        event: (name, data) => {
          if (name === 'hello') this.hello = data
          this.tell({ kind: 'event', name, data })
        },
        state: (state) => this.tell({ kind: 'state', state }),
      },
      parts,
    )
  }

  take(tab: Tab, m: ToWorker): void {
    switch (m.kind) {
      case 'join':
        return this.join(tab, m.user, m.visible)
      case 'visible':
        return this.look(tab, m.visible)
      case 'renew':
        return this.stream.renew()
      case 'leave':
        return this.leave(tab)
      case 'stop':
        return this.stream.stop(true)
    }
  }

  private join(tab: Tab, user: string, visible: boolean): void {
    if (!this.tabs.includes(tab)) this.tabs.unshift(tab)
    // Another user logged in: the old stream carries the old user's cards.
    if (this.user !== user) {
      this.stream.stop(true)
      this.hello = ''
      this.user = user
    }
    const late = this.stream.state === 'open'
    this.stream.start()
    tab.postMessage({ kind: 'state', state: this.stream.state })
    if (late && this.hello) tab.postMessage({ kind: 'event', name: 'hello', data: this.hello })
    this.look(tab, visible)
  }

  private look(tab: Tab, visible: boolean): void {
    if (visible) {
      this.visible.add(tab)
      this.tabs = [...this.tabs.filter((t) => t !== tab), tab]
    } else {
      this.visible.delete(tab)
    }
    this.lead()
  }

  private leave(tab: Tab): void {
    this.tabs = this.tabs.filter((t) => t !== tab)
    this.visible.delete(tab)
    this.lead()
    if (this.tabs.length === 0) this.stream.stop()
  }

  private lead(): void {
    const seen = this.tabs.filter((t) => this.visible.has(t))
    const next = seen.at(-1) ?? this.tabs.at(-1)
    if (next === this.leader) return
    this.leader?.postMessage({ kind: 'lead', lead: false })
    next?.postMessage({ kind: 'lead', lead: true })
    this.leader = next
  }

  private tell(message: FromWorker): void {
    for (const tab of this.tabs) tab.postMessage(message)
  }
}
