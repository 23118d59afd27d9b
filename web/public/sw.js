// The service worker of the installed page. It keeps no data of the office: what it does is
// make the page installable, tell when the hub can't be reached, and bring the page to the
// front when a notification is clicked.
const offline = '<!doctype html><meta charset=utf-8><meta name=viewport content="width=device-width"><title>Bellhop</title><body style="font:16px system-ui,sans-serif;margin:20vh auto;max-width:26em;padding:0 1em;text-align:center;color:#1b2733"><h1 style="font-size:20px">连接不上铃客</h1><p>请确认本机在办公室网络内、盒子已通电，然后<a href="">重试</a>。</p><p lang=en>Bellhop cannot be reached. Check the office network, then <a href="">try again</a>.</p>'

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (e) => e.waitUntil(self.clients.claim()))
self.addEventListener('fetch', (e) => {
  if (e.request.mode !== 'navigate') return
  e.respondWith(fetch(e.request).catch(() => new Response(offline, { status: 503, headers: { 'Content-Type': 'text/html; charset=utf-8' } })))
})
self.addEventListener('notificationclick', (e) => {
  e.notification.close()
  const path = (e.notification.data && e.notification.data.path) || '/'
  e.waitUntil(
    self.clients.matchAll({ type: 'window', includeUncontrolled: true }).then((pages) => {
      const page = pages[0]
      if (!page) return self.clients.openWindow(path)
      page.postMessage({ open: path })
      return page.focus()
    }),
  )
})
