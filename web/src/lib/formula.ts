// The language of formulas as hub/field reads it (formula_parse.go, formula_run.go):
//
//   1.5  "text"  amount  lines.qty
//   + - * /  &  = <> < <= > >=  and or not  if round floor ceil abs min max
//   sum avg count over lines  today year month day days months years date
//   empty text len left right
//
// Both are held to the same vectors. Here it fills computed fields in while somebody
// types; what is saved the hub computes itself.

/** Numbers are whole numbers of 10^-10, rounded half away from zero at every step. */
type Num = bigint
class Day {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
export type Result = Num | string | boolean | Day | null
/** No answer at all: a division by nothing, a number beyond all measure. */
const none = Symbol('none')
type Answer = Result | typeof none

const places = 10
const unit = 10n ** 10n
const limit = 10n ** 28n

/** What a formula reads from. */
export interface Scope {
  value: (key: string) => Result
  rows: (key: string) => Scope[]
  /** YYYY-MM-DD */
  today: string
}

interface Node {
  kind: 'value' | 'field' | 'line' | 'op' | 'call'
  name: string
  value: Result
  args: Node[]
}
export interface Program {
  root: Node
}

// ---- reading ----

interface Token {
  kind: 'n' | 's' | 'i' | 'o' | ''
  text: string
}
const fullWidth: Record<string, string> = { '（': '(', '）': ')', '，': ',', '“': '"', '”': '"', '×': '*', '÷': '/', '＋': '+', '－': '-', '＝': '=', '≥': '>=', '≤': '<=', '≠': '<>' }

function tokenize(source: string): Token[] {
  const text = source.replace(/[（），“”×÷＋－＝≥≤≠]/g, (c) => fullWidth[c] ?? c)
  const pattern = /\s+|(\d[\d.]*|\.\d[\d.]*)|"([^"]*)"|([A-Za-z_][A-Za-z0-9_.]*)|(<=|>=|<>|!=|==|[-+*/&=<>(),])/gy
  const tokens: Token[] = []
  while (pattern.lastIndex < text.length) {
    const m = pattern.exec(text)
    if (!m) throw new SyntaxError('formula: ' + source)
    if (m[1] !== undefined) tokens.push({ kind: 'n', text: m[1] })
    else if (m[2] !== undefined) tokens.push({ kind: 's', text: m[2] })
    else if (m[3] !== undefined) tokens.push({ kind: 'i', text: m[3] })
    else if (m[4] !== undefined) tokens.push({ kind: 'o', text: m[4] })
  }
  return [...tokens, { kind: '', text: '' }]
}

/** parseFormula reads a formula; one the hub would refuse throws. */
export function parseFormula(source: string): Program {
  const tokens = tokenize(source)
  let next = 0
  const at = () => tokens[next]!
  const is = (kind: Token['kind'], ...texts: string[]) => at().kind === kind && texts.includes(at().text.toLowerCase())
  const fail = (): never => {
    throw new SyntaxError('formula: ' + source)
  }
  const node = (kind: Node['kind'], name: string, args: Node[] = [], value: Result = null): Node => ({ kind, name, args, value })
  const binary = (operand: () => Node, kind: Token['kind'], ...ops: string[]) => () => {
    let left = operand()
    while (is(kind, ...ops)) {
      const name = tokens[next++]!.text.toLowerCase()
      left = node('op', name, [left, operand()])
    }
    return left
  }
  const unary = (): Node => {
    if (!is('o', '-')) return primary()
    next++
    return node('call', 'neg', [unary()])
  }
  const term = binary(unary, 'o', '*', '/')
  const sum = binary(term, 'o', '+', '-')
  const join = binary(sum, 'o', '&')
  const compare = binary(join, 'o', '=', '==', '<>', '!=', '<', '<=', '>', '>=')
  const and = binary(compare, 'i', 'and')
  const or = binary(and, 'i', 'or')

  function primary(): Node {
    const t = at()
    next++
    if (t.kind === 'n') return node('value', '', [], numberOf(t.text) ?? fail())
    if (t.kind === 's') return node('value', '', [], t.text)
    if (t.kind === 'o' && t.text === '(') {
      const inner = or()
      expect(')')
      return inner
    }
    if (t.kind !== 'i') return fail()
    if (is('o', '(')) return call(t.text.toLowerCase())
    const name = t.text.toLowerCase()
    if (name === 'true' || name === 'false') return node('value', '', [], name === 'true')
    return node(t.text.includes('.') ? 'line' : 'field', t.text)
  }
  function expect(text: string) {
    if (!is('o', text)) fail()
    next++
  }
  function call(name: string): Node {
    next++
    const n = node('call', name)
    if (name === 'count' && at().kind === 'i' && !at().text.includes('.')) n.args = [node('line', tokens[next++]!.text)]
    else if (!is('o', ')')) {
      n.args.push(or())
      while (is('o', ',')) {
        next++
        n.args.push(or())
      }
    }
    expect(')')
    if (!functions[name] && !aggregates.has(name) && name !== 'if') fail()
    return n
  }
  const root = or()
  if (at().kind) fail()
  return { root }
}

/** numberOf reads "12.50" into units of 10^-10. */
export function numberOf(text: string): Num | undefined {
  const m = /^(-?)(\d*)\.?(\d*)$/.exec(text)
  if (!m || (!m[2] && !m[3])) return undefined
  const fraction = m[3] ?? ''
  const digits = BigInt((m[2] || '0') + fraction)
  const n = divide(digits * unit, 10n ** BigInt(fraction.length))
  return m[1] ? -n : n
}

// ---- running ----

function divide(a: bigint, b: bigint): bigint {
  const q = a / b
  const rest = a % b
  const twice = (rest < 0n ? -rest : rest) * 2n
  if (twice < (b < 0n ? -b : b)) return q
  return q + (a < 0n === b < 0n ? 1n : -1n)
}
/** rounded brings a number to so many places; negative: tens, hundreds. */
export function rounded(n: Num, to: number): Num {
  if (to >= places) return n
  const by = 10n ** BigInt(places - to)
  return divide(n, by) * by
}
const within = (n: Num): Answer => (n > limit || n < -limit ? none : n)
const scaled = (n: number): Num => BigInt(n) * unit

function numeric(v: Answer): Num | undefined {
  if (v === null) return 0n
  if (typeof v === 'bigint') return v
  return typeof v === 'boolean' ? scaled(v ? 1 : 0) : undefined
}
function truth(v: Answer): boolean {
  if (typeof v === 'bigint') return v !== 0n
  return typeof v === 'object' ? v !== null : !!v
}
/** plain writes a value as & does: numbers without needless zeros. */
export function plain(v: Result): string {
  if (typeof v === 'bigint') {
    const digits = String(v < 0n ? -v : v).padStart(places + 1, '0')
    const fraction = digits.slice(-places).replace(/0+$/, '')
    return (v < 0n ? '-' : '') + digits.slice(0, -places) + (fraction && '.' + fraction)
  }
  if (v === null) return ''
  return v instanceof Day ? v.text : String(v)
}
const cut = (text: string, n: number) => [...text].slice(0, n).join('')

const dayMs = 86_400_000
const timeOf = (v: Answer): number | undefined => (v instanceof Day ? Date.parse(v.text + 'T00:00:00Z') : undefined)
const dayOf = (ms: number): Day => new Day(new Date(ms).toISOString().slice(0, 10))
/** dayValue makes a date field's value one a formula counts with. */
export const dayValue = (text: string): Result => new Day(text)

const aggregates = new Set(['sum', 'avg', 'count', 'min', 'max'])

function evaluate(n: Node, scope: Scope, line?: Scope): Answer {
  switch (n.kind) {
    case 'value':
      return n.value
    case 'field':
      return scope.value(n.name)
    case 'line':
      return line ? line.value(n.name.split('.')[1] ?? '') : null
    case 'op':
      return operate(n, scope, line)
    default:
      return invoke(n, scope, line)
  }
}

function operate(n: Node, scope: Scope, line?: Scope): Answer {
  const a = evaluate(n.args[0]!, scope, line)
  if (a === none) return none
  if (n.name === 'and' && !truth(a)) return false
  if (n.name === 'or' && truth(a)) return true
  const b = evaluate(n.args[1]!, scope, line)
  if (b === none) return none
  switch (n.name) {
    case 'and':
    case 'or':
      return truth(b)
    case '&':
      return cut(plain(a as Result) + plain(b as Result), 2000)
    case '+':
    case '-':
      return plus(n.name, a, b)
    case '*':
    case '/':
      return times(n.name, a, b)
    default:
      return compared(n.name, a, b)
  }
}

function plus(op: string, a: Answer, b: Answer): Answer {
  if (a instanceof Day && b instanceof Day) return op === '-' ? scaled((timeOf(a)! - timeOf(b)!) / dayMs) : none
  if (a instanceof Day || b instanceof Day) {
    if (op === '-' && b instanceof Day) return none
    const day = (a instanceof Day ? a : b) as Day
    const n = numeric(a instanceof Day ? b : a)
    if (n === undefined || n > scaled(1_000_000) || n < scaled(-1_000_000)) return none
    const days = Number(rounded(n, 0) / unit) * (op === '-' ? -1 : 1)
    const ms = timeOf(day)! + days * dayMs
    const year = new Date(ms).getUTCFullYear()
    return year < 1800 || year > 2999 ? none : dayOf(ms)
  }
  const [x, y] = [numeric(a), numeric(b)]
  if (x === undefined || y === undefined) return none
  return within(op === '-' ? x - y : x + y)
}

function times(op: string, a: Answer, b: Answer): Answer {
  const [x, y] = [numeric(a), numeric(b)]
  if (x === undefined || y === undefined || (op === '/' && y === 0n)) return none
  return within(op === '*' ? divide(x * y, unit) : divide(x * unit, y))
}

function compared(op: string, a: Answer, b: Answer): boolean {
  const kind = (is: (v: Answer) => boolean) => (is(a) && (is(b) || b === null)) || (is(b) && a === null)
  let order = 0
  let ok = true
  const days = kind((v) => v instanceof Day)
  if (days || kind((v) => typeof v === 'string')) {
    const [x, y] = [plain(a as Result), plain(b as Result)]
    order = x < y ? -1 : x > y ? 1 : 0
    ok = ['=', '==', '<>', '!='].includes(op) || !days || (a !== null && b !== null)
  } else {
    const [x, y] = [numeric(a), numeric(b)]
    ok = x !== undefined && y !== undefined
    if (ok) order = x! < y! ? -1 : x! > y! ? 1 : 0
  }
  if (!ok) return op === '<>' || op === '!='
  switch (op) {
    case '=':
    case '==':
      return order === 0
    case '<>':
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    default:
      return order >= 0
  }
}

function invoke(n: Node, scope: Scope, line?: Scope): Answer {
  if (n.name === 'if') {
    const cond = evaluate(n.args[0]!, scope, line)
    if (cond === none) return none
    return truth(cond) ? evaluate(n.args[1]!, scope, line) : n.args[2] ? evaluate(n.args[2], scope, line) : null
  }
  // Within a line min and max compare what stands in it.
  const table = aggregates.has(n.name) && n.args.length === 1 && !line ? tableOf(n.args[0]!) : ''
  if (table) return aggregate(n, table, scope)
  const args: Answer[] = []
  for (const arg of n.args) {
    const v = evaluate(arg, scope, line)
    if (v === none && n.name !== 'empty') return none
    args.push(v === none ? null : v)
  }
  return functions[n.name]?.(args, scope) ?? (functions[n.name] ? null : none)
}

function tableOf(n: Node): string {
  if (n.kind === 'line') return n.name.split('.')[0] ?? ''
  for (const arg of n.args) {
    const t = tableOf(arg)
    if (t) return t
  }
  return ''
}

function aggregate(n: Node, table: string, scope: Scope): Answer {
  const rows = scope.rows(table)
  const arg = n.args[0]!
  if (n.name === 'count' && arg.kind === 'line' && !arg.name.includes('.')) return scaled(rows.length)
  // A line without an answer is left out.
  const values = rows.map((row) => evaluate(arg, scope, row)).filter((v): v is Exclude<Result, null> => v !== none && v !== null)
  if (n.name === 'count') return scaled(values.length)
  if (n.name === 'min' || n.name === 'max') return extreme(n.name, values)
  let total = 0n
  for (const v of values) {
    const x = numeric(v)
    if (x === undefined) return none
    total += x
  }
  if (n.name === 'avg') {
    if (!values.length) return null
    total = divide(total, BigInt(values.length))
  }
  return within(total)
}

function extreme(name: string, values: Answer[]): Answer {
  let best: Answer = null
  for (const v of values) if (v !== null && (best === null || compared(name === 'max' ? '>' : '<', v, best))) best = v
  return best
}

function small(v: Answer | undefined, least: number, most: number): number | undefined {
  const n = v === undefined ? 0n : numeric(v)
  if (n === undefined) return undefined
  const whole = Number(rounded(n, 0) / unit)
  return whole >= least && whole <= most ? whole : undefined
}
function toward(v: Answer, way: 1n | -1n): Answer {
  const n = numeric(v)
  if (n === undefined) return none
  const rest = n % unit
  const sign = rest > 0n ? 1n : rest < 0n ? -1n : 0n
  return (n / unit + (sign === way ? way : 0n)) * unit
}
function part(v: Answer, of: (d: Date) => number): Answer {
  const t = timeOf(v)
  return t === undefined ? null : scaled(of(new Date(t)))
}
function fullMonths(args: Answer[], of: number): Answer {
  const [a, b] = [timeOf(args[0]!), timeOf(args[1]!)]
  if (a === undefined || b === undefined) return null
  const [from, to] = [new Date(Math.min(a, b)), new Date(Math.max(a, b))]
  let n = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth()
  if (to.getUTCDate() < from.getUTCDate()) n--
  return scaled((b < a ? -1 : 1) * Math.trunc(n / of))
}
function piece(args: Answer[], end: boolean): Answer {
  const n = small(args[1], 0, 1000)
  if (n === undefined) return none
  const chars = [...plain(args[0] as Result)]
  return (end ? chars.slice(Math.max(0, chars.length - n)) : chars.slice(0, n)).join('')
}

const functions: Record<string, (args: Answer[], scope: Scope) => Answer> = {
  neg: ([v]) => (numeric(v!) === undefined ? none : -numeric(v!)!),
  abs: ([v]) => {
    const n = numeric(v!)
    return n === undefined ? none : n < 0n ? -n : n
  },
  round: ([v, to]) => {
    const [n, digits] = [numeric(v!), small(to, -12, places)]
    return n === undefined || digits === undefined ? none : rounded(n, digits)
  },
  floor: ([v]) => toward(v!, -1n),
  ceil: ([v]) => toward(v!, 1n),
  min: (args) => extreme('min', args),
  max: (args) => extreme('max', args),
  today: (_, scope) => new Day(scope.today),
  year: ([v]) => part(v!, (d) => d.getUTCFullYear()),
  month: ([v]) => part(v!, (d) => d.getUTCMonth() + 1),
  day: ([v]) => part(v!, (d) => d.getUTCDate()),
  days: ([a, b]) => (a instanceof Day && b instanceof Day ? scaled((timeOf(b)! - timeOf(a)!) / dayMs) : null),
  months: (args) => fullMonths(args, 1),
  years: (args) => fullMonths(args, 12),
  date: ([y, m, d]) => {
    const [year, month, day] = [small(y, 1800, 2999), small(m, 1, 12), small(d, 1, 31)]
    if (year === undefined || month === undefined || day === undefined) return none
    const at = new Date(Date.UTC(year, month - 1, day))
    return at.getUTCDate() === day ? dayOf(at.getTime()) : none
  },
  empty: ([v]) => v === null || v === '',
  not: ([v]) => !truth(v!),
  and: (args) => args.every(truth),
  or: (args) => args.some(truth),
  text: ([v, to]) => {
    if (typeof v !== 'bigint' || to === undefined) return plain(v as Result)
    const digits = small(to, 0, places)
    if (digits === undefined) return none
    const [whole, fraction = ''] = plain(rounded(v, digits)).split('.')
    return whole + (digits ? '.' + fraction.padEnd(digits, '0') : '')
  },
  len: ([v]) => scaled([...plain(v as Result)].length),
  left: (args) => piece(args, false),
  right: (args) => piece(args, true),
}

/** run computes a formula; null is empty, also where there is no answer. */
export function run(program: Program, scope: Scope): Result {
  const v = evaluate(program.root, scope)
  return v === none ? null : (v as Result)
}
