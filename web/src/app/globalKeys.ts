import { ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useMeta } from '@/api/meta'
import { isTyping, letterOf, useKeys } from '@/ui/keys'

/** useGlobalKeys listens to what works on every page; `active` is false where nobody is logged in. */
export function useGlobalKeys(active: () => boolean) {
  const route = useRoute()
  const router = useRouter()
  const meta = useMeta()
  const help = ref(false)
  const switching = ref(false)

  /** A new one of what the page is about; where it is about nothing, a customer. */
  function create() {
    const wanted = [String(route.params.entity ?? ''), 'customer'].find((name) => meta.entity(name)?.actions.create)
    if (wanted) void router.push(`/o/${wanted}/new`)
  }
  /** The number under the focus, else the first of the page. */
  function dial() {
    const focused = document.activeElement?.closest<HTMLAnchorElement>('a[href^="tel:"]') ?? document.activeElement?.querySelector<HTMLAnchorElement>('a[href^="tel:"]')
    ;(focused ?? document.querySelector<HTMLAnchorElement>('#main a[href^="tel:"]'))?.click()
  }

  useKeys((e) => {
    if (!active() || e.isComposing || e.keyCode === 229 || e.defaultPrevented) return
    if (help.value && (e.key === 'F1' || e.key === '?')) {
      e.preventDefault()
      help.value = false
      return
    }
    if (document.querySelector('dialog[open]')) return
    const alt = e.altKey && !e.ctrlKey && !e.metaKey && !e.shiftKey
    if (e.key === 'F1' || (e.key === '?' && !isTyping(e))) help.value = true
    else if (alt && letterOf(e) === 'N') create()
    else if (alt && letterOf(e) === 'L') switching.value = true
    else if (e.key === 'F9') dial()
    else return
    e.preventDefault()
  })
  return { help, switching }
}
