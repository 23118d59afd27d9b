import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const worthIt = /\.(js|css|html|svg|json|wasm|webmanifest)$/
const smallest = 1024 // below this a compressed copy saves less than its header costs

/**
 * Writes file.br and file.gz beside every text file of the built page, so that
 * the hub picks one by Accept-Encoding and never compresses at request time.
 * Also puts back dist/.keep, which lets Go embed the folder before a build.
 * @returns {import('vite').Plugin}
 */
export function precompress() {
  let outDir = 'dist'
  return {
    name: 'bellhop-precompress',
    apply: 'build',
    configResolved(config) {
      outDir = config.build.outDir
    },
    async closeBundle() {
      for (const file of await files(outDir)) {
        if (!worthIt.test(file)) continue
        const raw = await readFile(file)
        if (raw.length < smallest) continue
        const br = await promisify(brotliCompress)(raw, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length },
        })
        await writeFile(file + '.br', br)
        await writeFile(file + '.gz', await promisify(gzip)(raw, { level: 9 }))
      }
      await writeFile(join(outDir, '.keep'), '')
    },
  }
}

async function files(dir) {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true })
  return entries.filter((e) => e.isFile()).map((e) => join(e.parentPath ?? e.path, e.name))
}
