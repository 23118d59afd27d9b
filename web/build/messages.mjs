// Texts are parsed while the page is built, so that no browser has to fetch the parser:
// each message of src/i18n/<language>/*.json becomes the tree vue-i18n makes of it.
import { baseCompile } from '@intlify/message-compiler'

const file = /\/src\/i18n\/[\w-]+\/[\w-]+\.json$/

function parsed(value, at) {
  if (typeof value !== 'string') return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, parsed(inner, at + '.' + key)]))
  return baseCompile(value, {
    jit: true, minify: true, location: false,
    onError(err) {
      throw new Error(`${at}: ${err.message}`)
    },
  }).ast
}

export function messages() {
  return {
    name: 'parsed-messages',
    apply: 'build',
    enforce: 'pre',
    config: () => ({ define: { __INTLIFY_DROP_MESSAGE_COMPILER__: true } }),
    transform: {
      filter: { id: file },
      handler(code, id) {
        if (!file.test(id)) return undefined
        return { code: JSON.stringify(parsed(JSON.parse(code), id.replace(/^.*\/i18n\//, ''))), map: null }
      },
    },
  }
}
