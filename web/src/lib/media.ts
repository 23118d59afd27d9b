import { onScopeDispose, ref, type Ref } from 'vue'

const query = '(max-width: 768px), (max-height: 500px) and (pointer: coarse)'
const isPhone = ref(false)

if (typeof matchMedia === 'function') {
  const media = matchMedia(query)
  const apply = () => {
    isPhone.value = media.matches
    document.documentElement.classList.toggle('phone', media.matches)
  }
  apply()
  // Old Safari knows only addListener.
  if (media.addEventListener) media.addEventListener('change', apply)
  else media.addListener(apply)
}

/** usePhone is true where the phone shell is shown; html carries the class `phone` then. */
export function usePhone(): Ref<boolean> {
  return isPhone
}

/** useMedia follows a media query for the life of the component that calls it. */
export function useMedia(text: string): Ref<boolean> {
  const media = matchMedia(text)
  const on = ref(media.matches)
  const apply = () => (on.value = media.matches)
  media.addEventListener?.('change', apply)
  onScopeDispose(() => media.removeEventListener?.('change', apply))
  return on
}

/** textScale is how much larger than usual a user has his text (--k in tokens.css). */
export function textScale(): number {
  return { large: 1.15, larger: 1.3 }[document.documentElement.dataset.text ?? ''] ?? 1
}
