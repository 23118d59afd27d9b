import { onScopeDispose, ref, watchEffect } from 'vue'

/** pageTitle is what the open screen is about; the window's title and the phone's header show it. */
export const pageTitle = ref('')

export function useTitle(text: () => string): void {
  watchEffect(() => (pageTitle.value = text()))
  onScopeDispose(() => (pageTitle.value = ''))
}
