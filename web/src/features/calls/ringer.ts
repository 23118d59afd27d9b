// Calls the user: a soft two-tone ring where he wants one, and the window's title while the
// page is hidden. Browsers allow sound only after a click or a key; until then only the
// title tells.

import type { Me } from '@/api/types'

type RingSound = Me['ringSound']

const ringEvery = 4000
const titleEvery = 1200

let audio: AudioContext | undefined

/** Opens the sound device at the user's first gesture. */
export function listenForGesture(): () => void {
  const unlock = () => {
    audio ??= newAudio()
    void audio?.resume()
  }
  addEventListener('pointerdown', unlock)
  addEventListener('keydown', unlock)
  return () => {
    removeEventListener('pointerdown', unlock)
    removeEventListener('keydown', unlock)
  }
}

function newAudio(): AudioContext | undefined {
  try {
    return new AudioContext()
  } catch {
    return undefined // no sound device
  }
}

export class Ringer {
  private timer: ReturnType<typeof setInterval> | undefined
  private ringing = ''

  /** call is the newest ringing call, '' for none; the sound starts once for each. */
  update(call: string, sound: RingSound): void {
    if (call === this.ringing) return
    this.ringing = call
    clearInterval(this.timer)
    if (!call || sound === 'off') return
    ringOnce()
    if (sound === 'repeat') this.timer = setInterval(ringOnce, ringEvery)
  }
}

/** Two short rings of a bell-like pair of tones. */
function ringOnce(): void {
  if (audio?.state !== 'running') return
  for (const start of [0, 0.45]) {
    for (const [hertz, level] of [[880, 0.08], [1108.7, 0.05]] as const) strike(audio, audio.currentTime + start, hertz, level)
  }
}

function strike(context: AudioContext, at: number, hertz: number, level: number): void {
  const tone = context.createOscillator()
  const gain = context.createGain()
  tone.frequency.value = hertz
  gain.gain.setValueAtTime(0.0001, at)
  gain.gain.exponentialRampToValueAtTime(level, at + 0.02)
  gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.4)
  tone.connect(gain).connect(context.destination)
  tone.start(at)
  tone.stop(at + 0.42)
}

/** Puts a call into the title of a hidden page, and takes it out again. */
export class TitleCall {
  private timer: ReturnType<typeof setInterval> | undefined
  private own = ''
  private shown = ''

  update(text: string): void {
    if (text === this.shown) return
    this.stop()
    this.shown = text
    if (!text) return
    this.own = document.title
    document.title = text
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
    let on = true
    this.timer = setInterval(() => {
      on = !on
      document.title = on ? text : this.own
    }, titleEvery)
  }

  stop(): void {
    clearInterval(this.timer)
    if (this.shown) document.title = this.own
    this.shown = ''
  }
}
