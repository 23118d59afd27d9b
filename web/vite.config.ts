import { fileURLToPath, URL } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { messages } from './build/messages.mjs'
import { precompress } from './build/precompress.mjs'
import { textSize } from './build/textsize.mjs'

// `npm run dev` serves the page on its own and hands /api to a running hub.
const hub = process.env.BELLHOP_HUB ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [vue(), messages(), precompress()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  css: { postcss: { plugins: [textSize()] } },
  define: {
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    // Office machines run browsers back to the 80s' Chromium line.
    target: ['chrome87', 'firefox88', 'safari14'],
    // index.html and dist/.keep are ours; the rest of dist is rewritten each time.
    emptyOutDir: true,
    sourcemap: false,
    manifest: true, // build/budget.mjs reads it
    // The list of what each lazy piece brings along would weigh more in the first load than the
    // round trip in the office's network it saves; styles must come first all the same.
    modulePreload: { polyfill: false, resolveDependencies: (_page, files) => files.filter((f) => f.endsWith('.css')) },
    chunkSizeWarningLimit: 700,
  },
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: hub, changeOrigin: false } },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    server: { deps: { inline: ['element-plus'] } },
  },
})
