// One user's note on one call, from the keyboard to the hub: saved 500 ms after the last
// key, kept in memory and in this browser until the hub has acknowledged it, so that a dead
// hub, an ended session or a reload loses nothing.

import { ApiError } from '@/api/client'
import { forgetDraft, keepDraft, type Draft } from './noteDrafts'

export interface Note {
  version: number
  text: string
}

/** waiting: typed, not sent yet. refused: the hub will not take it (no right, call deleted). */
export type NoteState = 'empty' | 'waiting' | 'saving' | 'saved' | 'retrying' | 'refused'

export type PutNote = (call: string, note: Note) => Promise<Note | { version: number }>

export interface NoteParts {
  put: PutNote
  changed(): void
}

const afterLastKey = 500
const firstRetry = 1000
const longestRetry = 15_000

export class NoteSaver {
  state: NoteState
  text: string
  /** what the hub said when it refused */
  why = ''
  private version: number
  // The text at `version`, as the hub has it.
  private base: string
  private timer: ReturnType<typeof setTimeout> | undefined
  private retry = firstRetry
  private sending = false

  constructor(
    readonly user: string,
    readonly call: string,
    note: Note,
    private readonly parts: NoteParts,
  ) {
    this.version = note.version
    this.base = note.text
    this.text = note.text
    this.state = note.text ? 'saved' : 'empty'
  }

  get unsaved(): boolean {
    return this.text !== this.base || this.sending
  }

  edit(text: string): void {
    if (text === this.text) return
    this.text = text
    this.why = ''
    keepDraft(this.user, this.call, this.draft())
    this.later(afterLastKey)
    if (this.state !== 'retrying') this.to(this.sending ? 'saving' : 'waiting')
  }

  /** Sends now what is not yet sent: on blur, close, hang-up, reconnect, login. */
  flush(): void {
    clearTimeout(this.timer)
    if (!this.sending && this.text !== this.base) void this.send()
  }

  /** Takes the note as the hub now has it, from another page of the same user. */
  adopt(note: Note): void {
    if (note.version <= this.version || this.unsaved) return
    this.version = note.version
    this.base = this.text = note.text
    this.to(note.text ? 'saved' : 'empty')
  }

  /** Takes up a draft of an earlier page and sends it. */
  restore(draft: Draft): void {
    if (draft.text === this.text) return forgetDraft(this.user, this.call)
    this.text = mergeNotes(draft.base, draft.text, this.base)
    this.to('waiting')
    this.flush()
  }

  dispose(): void {
    clearTimeout(this.timer)
  }

  private async send(): Promise<void> {
    const text = this.text
    this.sending = true
    if (this.state !== 'retrying') this.to('saving')
    try {
      const saved = await this.parts.put(this.call, { version: this.version, text })
      this.sending = false
      this.accept(saved.version, text)
    } catch (err) {
      this.sending = false
      this.failed(err, text)
    }
  }

  private accept(version: number, text: string): void {
    this.version = version
    this.base = text
    this.retry = firstRetry
    if (this.text !== text) {
      keepDraft(this.user, this.call, this.draft())
      this.later(afterLastKey)
      return this.to('waiting')
    }
    forgetDraft(this.user, this.call)
    this.to(text ? 'saved' : 'empty')
  }

  private failed(err: unknown, sent: string): void {
    const theirs = conflictOf(err)
    if (theirs) return this.conflict(theirs, sent)
    if (err instanceof ApiError && refusals.has(err.status)) {
      this.why = err.message
      return this.to('refused')
    }
    this.to('retrying')
    this.later(this.retry)
    this.retry = Math.min(this.retry * 2, longestRetry)
  }

  /** Another page of the same user was faster: keep both texts and go on. */
  private conflict(theirs: Note, sent: string): void {
    const mine = mergeNotes(this.base, this.text, theirs.text)
    this.version = theirs.version
    this.base = theirs.text
    this.text = mine
    if (mine === theirs.text) return this.accept(theirs.version, mine)
    keepDraft(this.user, this.call, this.draft())
    this.to(sent === mine ? 'saving' : 'waiting')
    this.flush()
  }

  private later(ms: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.flush(), ms)
  }

  private draft(): Draft {
    return { version: this.version, base: this.base, text: this.text, at: Date.now() }
  }

  private to(state: NoteState): void {
    this.state = state
    this.parts.changed()
  }
}

// Invalid, no right, no such call, too large: trying again would not help.
const refusals = new Set([400, 403, 404, 410, 413, 422])

function conflictOf(err: unknown): Note | undefined {
  if (!(err instanceof ApiError) || err.status !== 409) return undefined
  const { version, text } = err.data as Partial<Note>
  return typeof version === 'number' ? { version, text: text ?? '' } : undefined
}

/** mergeNotes joins two changes of one text so that no word of either is lost. */
export function mergeNotes(base: string, mine: string, theirs: string): string {
  if (theirs === base || mine.includes(theirs)) return mine
  if (mine === base || theirs.includes(mine)) return theirs
  if (base && mine.startsWith(base)) return theirs + '\n' + mine.slice(base.length).trimStart()
  return theirs + '\n' + mine
}
