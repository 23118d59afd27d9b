// Runs before the first paint: theme and language as last chosen in this
// browser. A file of its own, so that a strict Content-Security-Policy holds.
;(function () {
  var root = document.documentElement
  function read(key) {
    try {
      return localStorage.getItem(key)
    } catch (_e) {
      return null
    }
  }
  var theme = read('bellhop.theme') || 'system'
  var dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.classList.toggle('dark', dark)
  var bar = document.querySelector('meta[name=theme-color]')
  if (bar) bar.content = dark ? '#19222a' : '#ffffff'
  var nav = read('bellhop.nav')
  if (nav === 'small' || nav === 'hidden') root.classList.add('nav-' + nav)
  root.dataset.text = read('bellhop.text') || 'normal'
  root.dataset.look = read('bellhop.look') || 'harbour'
  if (root.dataset.look !== 'harbour') {
    var looks = document.createElement('link')
    looks.id = 'looks'
    looks.rel = 'stylesheet'
    looks.href = '/looks.css'
    document.head.appendChild(looks)
  }
  // A phone lying on its side is wide but still a phone.
  if (matchMedia('(max-width: 768px), (max-height: 500px) and (pointer: coarse)').matches) root.classList.add('phone')
  var lang = read('bellhop.lang')
  if (lang) root.lang = lang
})()
