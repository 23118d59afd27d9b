// A barcode scanner is a keyboard that types faster than anybody and mostly ends with
// Enter; some don't, and just stop.

const fast = 30 // ms between two keys, on average
const pause = 60 // ms after the last key of a scanner that sends no Enter
const shortest = 6

export class Scanner {
  private keys: { key: string; at: number }[] = []
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly found: (code: string) => void

  constructor(found: (code: string) => void) {
    this.found = found
  }

  /** feed takes a pressed key; true when it ended a code, and is to go no further. */
  feed(key: string, at: number): boolean {
    clearTimeout(this.timer)
    const last = this.keys[this.keys.length - 1]
    if (last && at - last.at > pause) this.keys = []
    if (key === 'Enter') {
      const code = this.code()
      this.keys = []
      if (code) this.found(code)
      return !!code
    }
    if (key === 'Shift') return false // of a capital letter
    if (!/^[!-~]$/.test(key)) {
      this.keys = []
      return false
    }
    this.keys.push({ key, at })
    this.timer = setTimeout(() => {
      const code = this.code()
      this.keys = []
      if (code) this.found(code)
    }, pause)
    return false
  }
  stop(): void {
    clearTimeout(this.timer)
    this.keys = []
  }

  private code(): string {
    const [first, last] = [this.keys[0], this.keys[this.keys.length - 1]]
    if (!first || !last || this.keys.length < shortest || (last.at - first.at) / (this.keys.length - 1) > fast) return ''
    return this.keys.map((k) => k.key).join('')
  }
}

let audio: AudioContext | undefined
/** beep says "unknown code" to somebody who looks at the goods, not at the screen. */
export function beep(): void {
  try {
    audio ??= new AudioContext()
    const tone = audio.createOscillator()
    const volume = audio.createGain()
    tone.type = 'square'
    tone.frequency.value = 330
    volume.gain.value = 0.08
    tone.connect(volume).connect(audio.destination)
    tone.start()
    tone.stop(audio.currentTime + 0.25)
  } catch {
    // No sound here: the message says it too.
  }
}
