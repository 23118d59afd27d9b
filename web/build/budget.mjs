// Fails when what a browser must fetch before a list shows is too heavy: the
// page, its entry script, one language, the desktop shell, the list, and all
// their static imports and styles, counted as gzip. Lazy chunks do not count.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

const limit = 130_000
const needed = ['index.html', 'src/i18n/lang-zh-CN.ts', 'src/app/DesktopShell.vue', 'src/entity/EntityList.vue']
const dist = process.argv[2] ?? 'dist'
const manifest = JSON.parse(await readFile(join(dist, '.vite/manifest.json'), 'utf8'))

const files = new Set(['index.html', 'boot.js'])
const seen = new Set()
function add(key) {
  const chunk = manifest[key]
  if (!chunk) throw new Error(`budget: ${key} is not in the build`)
  if (seen.has(key)) return
  seen.add(key)
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const next of chunk.imports ?? []) add(next)
}
needed.forEach(add)

let total = 0
const rows = []
for (const file of files) {
  const packed = join(dist, file + '.gz')
  const { size } = await stat(packed).catch(() => stat(join(dist, file)))
  rows.push([size, file])
  total += size
}
for (const [size, file] of rows.sort((a, b) => b[0] - a[0]).slice(0, 12)) console.log(String(size).padStart(8), file)
console.log(`first load ${(total / 1000).toFixed(1)} kB gzip in ${files.size} files, limit ${limit / 1000} kB`)
if (total > limit) {
  console.error('budget: the first load is too heavy; make a screen lazy or drop a dependency')
  process.exitCode = 1
}
