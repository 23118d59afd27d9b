import { ref, type Ref } from 'vue'

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
