// An office of its own for a test: a real firmware on the simulated board and a real
// hub, on free loopback ports and a temporary folder, driven as its users and its
// telephone exchange would.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const bin = resolve(import.meta.dirname, '../../bin')

export interface Ring {
  line?: number
  from?: string
  name?: string
  standard?: 'bell202' | 'v23' | 'dtmf'
  rings?: number
  noAnswer?: boolean
  talkMs?: number
  badSum?: boolean
  quick?: boolean
}

export class Office {
  readonly data = mkdtempSync(join(tmpdir(), 'bellhop-office-'))
  url = ''
  private boxURL = ''
  private firmware?: ChildProcess
  private hub?: ChildProcess
  private hubArgs: string[] = []
  private commands = 0
  log = ''

  /** Opens for business; `demo` with the demo office's customers and logins. */
  static async open(o: { demo?: boolean; lines?: number } = {}): Promise<Office> {
    const office = new Office()
    const [hubPort, boxPort] = await Promise.all([freePort(), freePort()])
    office.url = `http://127.0.0.1:${hubPort}`
    office.boxURL = `http://127.0.0.1:${boxPort}`
    const token = join(office.data, 'box.token')
    office.firmware = office.start('bellhop-firmware', [
      '-board', 'sim', '-lines', String(o.lines ?? 2), '-data', join(office.data, 'box'), '-listen', `127.0.0.1:${boxPort}`,
      '-token-file', token, '-console', join(office.data, 'console'),
    ])
    await until('the firmware to listen', () => existsSync(token) && answers(office.boxURL + '/v1/status'))
    office.hubArgs = [
      ...(o.demo ? ['-demo'] : []), '-listen', `127.0.0.1:${hubPort}`, '-data', join(office.data, 'hub'),
      '-box', office.boxURL, '-box-token-file', token,
    ]
    await office.startHub()
    return office
  }

  /** Starts the hub (again, after killHub) and waits until it serves. */
  async startHub(): Promise<void> {
    this.hub = this.start('bellhop-hub', this.hubArgs)
    await until('the hub to serve', () => answers(this.url + '/api/health'))
  }

  /** kill -9, as a power cut would. */
  async killHub(): Promise<void> {
    await killed(this.hub)
  }

  async close(): Promise<void> {
    await Promise.all([killed(this.hub), killed(this.firmware)])
    rmSync(this.data, { recursive: true, force: true })
  }

  rss(which: 'hub' | 'firmware'): number {
    const status = readFileSync(`/proc/${(which === 'hub' ? this.hub : this.firmware)!.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024
  }

  /** Rings; a line still busy with the call before is waited for, as an exchange would. */
  ring(ring: Ring): Promise<void> {
    return until('the line to be free', async () => {
      try {
        await this.simulate({ ring })
        return true
      } catch (refused) {
        if (/line-busy/.test(String(refused))) return false
        throw refused
      }
    })
  }
  dial(to: string, talkMs = 3000, line = 1): Promise<void> {
    return this.simulate({ dial: { to, talkMs, line } })
  }
  text(from: string, text: string): Promise<void> {
    return this.simulate({ sms: { from, text } })
  }

  /** Waits until every line of the box is on-hook again. */
  idle(): Promise<void> {
    return until('the lines to be idle', async () => {
      const status = await fetch(this.boxURL + '/v1/status', { headers: { authorization: `Bearer ${this.token}` } })
      return ((await status.json()) as { lines: { state: string }[] }).lines.every((l) => l.state === 'idle')
    }, 60_000)
  }

  private get token(): string {
    return readFileSync(join(this.data, 'box.token'), 'utf8').trim()
  }

  private async simulate(simulate: object): Promise<void> {
    const answer = await fetch(this.boxURL + '/v1/commands', {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id: `test-${process.pid}-${Date.now()}-${++this.commands}`, simulate }),
    })
    const result = (await answer.json()) as { error?: string; detail?: string }
    if (!answer.ok || result.error) throw new Error(`the box refused: ${result.error} ${result.detail ?? ''}`)
  }

  private start(program: string, args: string[]): ChildProcess {
    const child = spawn(join(bin, program), args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const keep = (chunk: Buffer) => (this.log += chunk.toString())
    child.stdout!.on('data', keep)
    child.stderr!.on('data', keep)
    return child
  }
}

export async function until(what: string, ok: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  const end = Date.now() + ms
  while (Date.now() < end) {
    if (await ok()) return
    await new Promise((r) => setTimeout(r, 50))
  }
  throw new Error(`waited ${ms / 1000} s for ${what}`)
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url)
    return true
  } catch {
    return false
  }
}

function killed(child?: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return done()
    child.once('exit', () => done())
    child.kill('SIGKILL')
  })
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => done(port))
    })
  })
}
