import { QueryClient } from '@tanstack/vue-query'
import { on } from './bus'
import { ApiError } from './client'
import { useMeta } from './meta'

/**
 * Reads that screens share. What the live stream reports as changed is fetched
 * again at once; the rest is good for half a minute. Screens pass it to useQuery
 * themselves, so that it comes with the first of them and not with the first load.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (count, err) => err instanceof ApiError && err.offline && count < 3,
      refetchOnWindowFocus: true,
      networkMode: 'always', // the hub is in the office: "offline" to the browser says nothing about it
    },
    mutations: { networkMode: 'always' },
  },
})

queryClient.mount()

on('changed', ({ entity, id }) => {
  if (entity === 'meta') {
    // Names, fields or choices are others now: everything drawn from them is drawn anew.
    void useMeta().load().then(() => queryClient.invalidateQueries())
    return
  }
  // "0" stands for any: one this user may no longer see, or very many at once.
  void queryClient.invalidateQueries({ queryKey: id === '0' ? ['record', entity] : ['record', entity, id] })
  void queryClient.invalidateQueries({ queryKey: ['list', entity] })
  void queryClient.invalidateQueries({ queryKey: ['timeline'] })
})
on('call', (call) => {
  void queryClient.invalidateQueries({ queryKey: ['calls'] })
  if (call.party) void queryClient.invalidateQueries({ queryKey: ['timeline', call.party.entity, call.party.id] })
})
on('sms', (sms) => {
  if (sms.party) void queryClient.invalidateQueries({ queryKey: ['timeline', sms.party.entity, sms.party.id] })
})
// After a gap in the stream, or a new login in place, nothing on the page is certain.
on('reload', () => void queryClient.invalidateQueries())
let seen = ''
on('session', ({ me }) => {
  if (me && me.id === seen) void queryClient.invalidateQueries()
  seen = me?.id ?? ''
})
