import { defineConfig } from 'vitest/config'

// `npm run figures` prints what the browser sees; see card.figures.ts.
export default defineConfig({
  test: { root: import.meta.dirname, include: ['*.figures.ts'], environment: 'node', testTimeout: 3_600_000, hookTimeout: 120_000, disableConsoleIntercept: true },
})
