import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ApiError } from '@/api/client'
import { drafts } from './noteDrafts'
import { mergeNotes, NoteSaver, type Note } from './noteSaver'

const refusal = (status: number, data?: unknown) => new ApiError(status, { code: 'internal', message: 'no' }, data)

interface Put {
  note: Note
  ok(version: number): Promise<void>
  fail(err: unknown): Promise<void>
}

const settled = async () => void (await vi.advanceTimersByTimeAsync(0))

/** A hub that answers when the test says so. */
function hub() {
  const puts: Put[] = []
  const put = (_call: string, note: Note) =>
    new Promise<{ version: number }>((resolve, reject) => {
      puts.push({
        note,
        ok: (version) => (resolve({ version }), settled()),
        fail: (err) => (reject(err as Error), settled()),
      })
    })
  return { puts, put }
}

function saver(note: Note = { version: 0, text: '' }) {
  const h = hub()
  const s = new NoteSaver('u1', 'c1', note, { put: h.put, changed: () => undefined })
  return { s, ...h }
}

beforeEach(() => {
  vi.useFakeTimers()
  localStorage.clear()
})
afterEach(() => vi.useRealTimers())

describe('TEL-07 the note saves itself', () => {
  test('500 ms after the last key, once', async () => {
    const { s, puts } = saver()
    s.edit('确')
    await vi.advanceTimersByTimeAsync(499)
    s.edit('确认')
    await vi.advanceTimersByTimeAsync(499)
    expect(puts.length).toBe(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(puts.map((p) => p.note)).toEqual([{ version: 0, text: '确认' }])
    expect(s.state).toBe('saving')
    await puts[0]!.ok(1)
    expect(s.state).toBe('saved')
    expect(s.unsaved).toBe(false)
  })

  test('at once on blur', () => {
    const { s, puts } = saver()
    s.edit('a')
    s.flush()
    expect(puts.length).toBe(1)
  })

  test('what is typed while a save is on its way follows it with the new version', async () => {
    const { s, puts } = saver()
    s.edit('a')
    s.flush()
    s.edit('ab')
    await vi.advanceTimersByTimeAsync(5000)
    expect(puts.length).toBe(1)
    await puts[0]!.ok(1)
    expect(s.unsaved).toBe(true)
    await vi.advanceTimersByTimeAsync(500)
    expect(puts[1]!.note).toEqual({ version: 1, text: 'ab' })
  })

  test('it is kept in the browser until the hub has it', async () => {
    const { s, puts } = saver()
    s.edit('a')
    expect(drafts('u1').c1?.text).toBe('a')
    s.flush()
    await puts[0]!.ok(1)
    expect(drafts('u1')).toEqual({})
  })

  test('a hub that does not answer is tried again, and again after a reconnect', async () => {
    const { s, puts } = saver()
    s.edit('a')
    s.flush()
    await puts[0]!.fail(refusal(0))
    expect(s.state).toBe('retrying')
    await vi.advanceTimersByTimeAsync(1000)
    expect(puts.length).toBe(2)
    await puts[1]!.fail(refusal(503))
    s.flush()
    await puts[2]!.ok(1)
    expect(s.state).toBe('saved')
  })

  test('an ended session keeps it and a login sends it', async () => {
    const { s, puts } = saver()
    s.edit('a')
    s.flush()
    await puts[0]!.fail(refusal(401))
    expect(s.state).toBe('retrying')
    expect(drafts('u1').c1?.text).toBe('a')
  })

  test('a refusal is told and not tried again', async () => {
    const { s, puts } = saver()
    s.edit('a')
    s.flush()
    await puts[0]!.fail(refusal(403))
    expect([s.state, s.why]).toEqual(['refused', 'no'])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(puts.length).toBe(1)
  })

  test('after a reload the draft is sent upon what the hub has by then', async () => {
    const { s, puts } = saver({ version: 3, text: 'the hub has this' })
    s.restore({ version: 2, base: 'old', text: 'old and new', at: 0 })
    expect(puts[0]!.note).toEqual({ version: 3, text: 'the hub has this\nand new' })
  })

  test('two pages of one user lose nothing of each other', async () => {
    const { s, puts } = saver({ version: 1, text: 'a' })
    s.edit('a mine')
    s.flush()
    await puts[0]!.fail(refusal(409, { version: 2, text: 'a theirs' }))
    expect(puts[1]!.note).toEqual({ version: 2, text: 'a theirs\nmine' })
    await puts[1]!.ok(3)
    expect(s.text).toBe('a theirs\nmine')
  })

  test('a note from another page comes in only while nothing is unsaved here', () => {
    const { s } = saver()
    s.adopt({ version: 1, text: 'x' })
    expect(s.text).toBe('x')
    s.edit('xy')
    s.adopt({ version: 2, text: 'z' })
    expect(s.text).toBe('xy')
  })
})

test.each([
  ['only mine changed', 'a', 'ab', 'a', 'ab'],
  ['only theirs changed', 'a', 'a', 'ab', 'ab'],
  ['mine goes on from theirs', '', 'hello', 'hel', 'hello'],
  ['theirs goes on from mine', '', 'hel', 'hello', 'hello'],
  ['both from nothing', '', 'x', 'y', 'y\nx'],
  ['emptied here, written there', 'a', '', 'ab', 'ab'],
])('merge: %s', (_, base, mine, theirs, both) => {
  expect(mergeNotes(base, mine, theirs)).toBe(both)
})
