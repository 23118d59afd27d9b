import { onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue'
import { api, messageOf } from '@/api/client'
import { emptyScope, withFrame, type Frame, type Scope } from './scopeState'

const retryMs = 2000

/**
 * useScope watches a line while the page is in sight: nobody looking costs the box
 * nothing. `trouble` is a sentence where the line can't be watched.
 */
export function useScope(line: Ref<number | undefined>, onFrame: (f: Frame) => void = () => undefined) {
  const scope = shallowRef<Scope>(emptyScope())
  const trouble = ref('')
  const watching = ref(false)
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  function open() {
    close()
    if (line.value === undefined || document.hidden) return
    const path = `/box/lines/${line.value}/scope`
    source = new EventSource('/api' + path)
    source.addEventListener('frame', (e) => {
      const frame = JSON.parse((e as MessageEvent<string>).data) as Frame
      trouble.value = ''
      watching.value = true
      scope.value = withFrame(scope.value, frame)
      onFrame(frame)
    })
    // The stream's end is an error too: EventSource can't tell them apart, so it is asked why.
    source.onerror = () => {
      close()
      void why(path).then((text) => (trouble.value = text))
      timer = setTimeout(open, retryMs)
    }
  }
  function close() {
    clearTimeout(timer)
    source?.close()
    source = undefined
    watching.value = false
  }

  watch(line, () => {
    scope.value = emptyScope()
    trouble.value = ''
    open()
  }, { immediate: true })
  document.addEventListener('visibilitychange', open)
  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', open)
    close()
  })
  return { scope, trouble, watching }
}

/** why asks for the stream once as a plain request, to read the refusal's sentence; '' when it would be served. */
async function why(path: string): Promise<string> {
  const stop = new AbortController()
  const late = setTimeout(() => stop.abort(), retryMs)
  try {
    await api.get(path, { signal: stop.signal })
    return ''
  } catch (err) {
    return stop.signal.aborted ? '' : messageOf(err)
  } finally {
    clearTimeout(late)
    stop.abort()
  }
}
