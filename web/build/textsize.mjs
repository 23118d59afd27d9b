// Every size of type in the style sheets, ours and the kit's, grows with --k: a user
// who reads badly enlarges each page without its frame falling apart. As a PostCSS plugin.
const sized = /^(font|font-size|--el-font-size-[\w-]+)$/

/** @returns {import('postcss').Plugin} */
export function textSize() {
  return {
    postcssPlugin: 'bellhop-text-size',
    Declaration(decl) {
      if (!sized.test(decl.prop) || decl.value.includes('var(--k)')) return
      const value = decl.value.replace(/\b(\d+(?:\.\d+)?px)(?=$|[\s/!])/, 'calc($1*var(--k))')
      if (value !== decl.value) decl.value = value
    },
  }
}
