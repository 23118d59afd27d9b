import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { followSession } from '@/api/live'
import { useSession } from '@/api/session'
import { i18n, preferredLang, setLang } from '@/i18n'
import App from './app/App.vue'
import { router } from './app/router'
import './styles/tokens.css'
import './styles/base.css'
import './styles/element.css'

async function start() {
  const app = createApp(App).use(createPinia()).use(i18n)
  followSession()
  await setLang(preferredLang())
  await useSession().load()
  app.use(router)
  await router.isReady()
  app.mount('#app')
}

void start()
