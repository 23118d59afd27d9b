import { api } from '@/api/client'

/** What firmware/boxapi tells of the machine below the box. */
export interface Wired {
  dhcp: boolean
  address?: string
  gateway?: string
  dns?: string[]
}
export interface NetworkCard {
  name: string
  mac: string
  radio?: boolean
  up: boolean
  addresses?: string[]
}
export interface Network {
  host: string
  wired: Wired
  /** Seconds until the setting is taken back, while it is on trial. */
  trial?: number
  interfaces: NetworkCard[]
  gateway?: string
  dns?: string[]
  wifi?: string
}
export interface WifiNetwork {
  name: string
  secured: boolean
  /** dBm */
  signal: number
  joined?: boolean
}
export interface Clock {
  at: number
  zone: string
  synced: boolean
  kept: boolean
}

/** ask puts one of the machine's requests. */
export const ask = <Out>(op: string, body: unknown = {}) => api.post<Out>('/box/machine/' + op, body)
