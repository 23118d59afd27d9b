// localStorage that never throws: private windows refuse it, a full one too.
export const local = {
  get(key: string): string | null {
    try {
      return localStorage.getItem('bellhop.' + key)
    } catch {
      return null
    }
  },
  set(key: string, value: string): boolean {
    try {
      localStorage.setItem('bellhop.' + key, value)
      return true
    } catch {
      return false
    }
  },
  remove(key: string): void {
    try {
      localStorage.removeItem('bellhop.' + key)
    } catch {
      // nothing was stored then
    }
  },
  json<T>(key: string): T | null {
    try {
      return JSON.parse(this.get(key) ?? 'null') as T | null
    } catch {
      return null
    }
  },
}
