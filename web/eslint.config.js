import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'

// The arrows of the tree: what stands lower never imports what stands higher.
const below = {
  'src/lib': ['@/api/client', '@/ui/*', '@/entity/*', '@/features/*', '@/app/*'],
  'src/api': ['@/ui/*', '@/entity/*', '@/features/*', '@/app/*'],
  'src/ui': ['@/entity/*', '@/features/*', '@/app/*'],
  'src/entity': ['@/features/*', '@/app/*'],
  'src/features': ['@/app/*'],
}

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.gen.ts', 'e2e/**/test-results'] },
  ...ts.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    rules: {
      // vue-tsc resolves names; ESLint does not know the browser's.
      'no-undef': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      // Layout of templates is a matter of reading, not of rules.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/attributes-order': 'off',
      'vue/multi-word-component-names': 'off',
      'vue/require-default-prop': 'off',
      'vue/no-v-html': 'error',
    },
  },
  ...Object.entries(below).map(([folder, patterns]) => ({
    files: [folder + '/**/*.{ts,vue}'],
    rules: { 'no-restricted-imports': ['error', { patterns: patterns.map((group) => ({ group: [group] })) }] },
  })),
)
