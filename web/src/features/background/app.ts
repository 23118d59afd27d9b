// The page as an installed web app: its service worker, its permission to notify, and
// whether a browser lets it have either. Plain HTTP does not (isSecureContext).
import { ref } from 'vue'

interface InstallPrompt extends Event {
  prompt: () => Promise<void>
}

export type Notifying = 'granted' | 'denied' | 'default' | 'insecure' | 'unsupported'

export const secure = typeof isSecureContext === 'boolean' && isSecureContext

function now(): Notifying {
  if (!secure) return 'insecure'
  return 'Notification' in window ? Notification.permission : 'unsupported'
}
export const notifying = ref<Notifying>(now())
/** What the browser offers once it finds the page can be installed. */
export const installer = ref<InstallPrompt | null>(null)
export const installed = ref(typeof matchMedia === 'function' && matchMedia('(display-mode: standalone)').matches)

addEventListener('beforeinstallprompt', (e) => {
  e.preventDefault()
  installer.value = e as InstallPrompt
})
addEventListener('appinstalled', () => {
  installed.value = true
  installer.value = null
})

let registration: Promise<ServiceWorkerRegistration | undefined> | undefined
/** register starts the service worker where the browser allows one. */
export function register(): Promise<ServiceWorkerRegistration | undefined> {
  registration ??= secure && 'serviceWorker' in navigator ? navigator.serviceWorker.register('/sw.js').catch(() => undefined) : Promise.resolve(undefined)
  return registration
}

export async function askToNotify(): Promise<Notifying> {
  if (secure && 'Notification' in window) await Notification.requestPermission()
  return (notifying.value = now())
}

/** notify shows a notification of the system that opens `path` in this app when clicked; false where it may not. */
export async function notify(title: string, o: { body?: string; tag: string; path: string }): Promise<boolean> {
  if (now() !== 'granted') return false
  const options = { body: o.body, tag: o.tag, icon: '/icon-192.png', data: { path: o.path } }
  const worker = await register()
  if (worker) {
    await worker.showNotification(title, options)
    return true
  }
  const shown = new Notification(title, options)
  shown.onclick = () => {
    window.focus()
    location.assign(o.path)
  }
  return true
}
