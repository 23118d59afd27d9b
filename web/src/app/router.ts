import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { useSession } from '@/api/session'

declare module 'vue-router' {
  interface RouteMeta {
    /** No shell around it and no session needed. */
    bare?: boolean
    /** i18n key of the page's title. */
    title?: string
    admin?: boolean
    /** The phone's bottom tabs give way to the form's save bar. */
    form?: boolean
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: () => import('@/features/dashboard/HomePage.vue'), meta: { title: 'app.nav.home' } },
  { path: '/login', name: 'login', component: () => import('@/features/login/LoginPage.vue'), meta: { bare: true } },
  { path: '/setup', name: 'setup', component: () => import('@/features/login/SetupPage.vue'), meta: { bare: true } },
  { path: '/setup/restore', name: 'fresh', component: () => import('@/features/backup/FreshRestore.vue'), meta: { bare: true } },
  { path: '/password', name: 'password', component: () => import('@/features/login/PasswordPage.vue'), meta: { bare: true } },
  { path: '/rules', name: 'rules', component: () => import('@/features/login/RulesPage.vue'), meta: { bare: true } },
  { path: '/o/:entity', name: 'list', component: () => import('@/entity/EntityList.vue'), props: true },
  { path: '/o/:entity/new', name: 'create', component: () => import('@/entity/FormPage.vue'), props: true, meta: { form: true } },
  { path: '/o/:entity/batch', name: 'batch', component: () => import('@/entity/BatchEntry.vue'), props: true, meta: { title: 'list.batch.title' } },
  { path: '/o/:entity/:id', name: 'record', component: () => import('@/entity/EntityView.vue'), props: true },
  { path: '/o/:entity/:id/edit', name: 'edit', component: () => import('@/entity/FormPage.vue'), props: true, meta: { form: true } },
  { path: '/calls', name: 'calls', component: () => import('@/features/calls/CallLogPage.vue'), meta: { title: 'app.nav.calls' } },
  { path: '/sms', name: 'sms', component: () => import('@/features/sms/SmsPage.vue'), meta: { title: 'app.nav.sms' } },
  { path: '/box', name: 'box', component: () => import('@/features/box/BoxPage.vue'), meta: { title: 'app.nav.box' } },
  { path: '/box/machine', name: 'machine', component: () => import('@/features/box/MachinePage.vue'), meta: { title: 'machine.title', admin: true } },
  { path: '/box/scope', name: 'scope', component: () => import('@/features/scope/ScopePage.vue'), meta: { title: 'scope.title', admin: true } },
  { path: '/settings/:section?', name: 'settings', component: () => import('@/features/settings/SettingsPage.vue'), props: true, meta: { title: 'app.nav.settings', admin: true } },
  { path: '/audit/:section?', name: 'audit', component: () => import('@/features/audit/AuditPage.vue'), props: true, meta: { title: 'audit.title' } },
  { path: '/summary', name: 'summary', component: () => import('@/features/lists/PeriodPage.vue'), meta: { title: 'list.period.title' } },
  { path: '/import/:entity?/:id?', name: 'import', component: () => import('@/features/exchange/ImportPage.vue'), props: true, meta: { title: 'exchange.import.title' } },
  { path: '/favourites', name: 'favourites', component: () => import('@/features/favourites/FavouritesPage.vue'), meta: { title: 'interface.favourites.title' } },
  { path: '/interface', name: 'interface', component: () => import('@/features/interface/InterfacePage.vue'), meta: { title: 'interface.title' } },
  { path: '/help/:topic?', name: 'help', component: () => import('@/features/help/HelpPage.vue'), props: true, meta: { title: 'help.title' } },
  { path: '/address-book', name: 'addressBook', component: () => import('@/features/devices/AddressBookPage.vue'), meta: { title: 'access.book.title' } },
  { path: '/more', name: 'more', component: () => import('./MorePage.vue'), meta: { title: 'app.nav.more' } },
  ...(import.meta.env.DEV ? [{ path: '/preview/cards', component: () => import('@/features/calls/PreviewPage.vue') }] : []),
  { path: '/:rest(.*)*', name: 'missing', component: () => import('./MissingPage.vue') },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.beforeEach((to) => {
  const session = useSession()
  if (!session.me) {
    if (session.setupNeeded) return to.name === 'setup' || to.name === 'fresh' || { name: 'setup' }
    if (to.name === 'login') return true
    return { name: 'login', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
  }
  if (session.me.mustChangePassword) return to.name === 'password' || { name: 'password' }
  if (session.me.acceptRules) return to.name === 'rules' || { name: 'rules' }
  if (to.name === 'rules') return { name: 'home' }
  if (to.name === 'login' || to.name === 'setup' || to.name === 'fresh') return { name: 'home' }
  if (to.meta.admin && !session.isAdmin) return { name: 'missing', params: { rest: to.path.slice(1).split('/') } }
  return true
})

// A chunk that is gone means the hub was updated under the open page: load the new page, once.
router.onError((err: unknown, to) => {
  if (!/dynamically imported module|Importing a module script failed|Failed to fetch/i.test(String(err))) return
  const key = 'bellhop.reloaded'
  if (sessionStorage.getItem(key) === to.fullPath) return
  sessionStorage.setItem(key, to.fullPath)
  location.assign(to.fullPath)
})
