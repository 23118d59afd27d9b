// The little of Markdown the manual is written in, as elements: headings, lists, paragraphs,
// **bold**, `keys` and [links](/page). Text stays text: nothing of it is ever read as HTML.
import { h, type FunctionalComponent, type VNodeChild } from 'vue'
import { RouterLink } from 'vue-router'

const pieces = /\*\*(.+?)\*\*|`(.+?)`|\[(.+?)\]\((\/[^)\s]*)\)/g

/** inline is one line of text with what stands out in it. */
function inline(text: string): VNodeChild[] {
  const out: VNodeChild[] = []
  let at = 0
  for (const m of text.matchAll(pieces)) {
    out.push(text.slice(at, m.index))
    if (m[1]) out.push(h('strong', m[1]))
    else if (m[2]) out.push(h('kbd', m[2]))
    else out.push(h(RouterLink, { to: m[4]! }, () => m[3]))
    at = m.index + m[0].length
  }
  return [...out, text.slice(at)]
}

export interface Block {
  kind: 'h1' | 'h2' | 'ul' | 'ol' | 'p'
  lines: string[]
}
/** blocks parts a text where its kind of line changes or is empty. */
export function blocks(text: string): Block[] {
  const out: Block[] = []
  let open: Block | undefined
  for (const line of text.split('\n')) {
    const m = /^(#{1,2}|-|\d+\.)\s+(.*)$/.exec(line)
    const kind = !m ? 'p' : m[1] === '#' ? 'h1' : m[1] === '##' ? 'h2' : m[1] === '-' ? 'ul' : 'ol'
    const said = (m?.[2] ?? line).trim()
    if (!said) open = undefined
    else if (open?.kind === kind && kind !== 'h1' && kind !== 'h2') open.lines.push(said)
    else out.push((open = { kind, lines: [said] }))
  }
  return out
}

export const Prose: FunctionalComponent<{ text: string; /** Without its title. */ body?: boolean }> = (props) =>
  blocks(props.text)
    .filter((b) => !props.body || b.kind !== 'h1')
    .map((b) => (b.kind === 'ul' || b.kind === 'ol' ? h(b.kind, b.lines.map((l) => h('li', inline(l)))) : h(b.kind, inline(b.lines.join(' ')))))
Prose.props = ['text', 'body']
