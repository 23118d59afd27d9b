// Files go by XMLHttpRequest: fetch tells nothing about how far an upload has come.
import { api, ApiError, requestHeaders } from './client'
import type { ErrorBody, FileValue } from './types'

let served: Promise<boolean> | undefined

/** uploadsServed tells whether this hub takes files at all; asked once a page. */
export function uploadsServed(): Promise<boolean> {
  served ??= api.post('/files').then(
    () => true,
    (err: unknown) => err instanceof ApiError && !err.offline && err.status !== 404 && err.status !== 405,
  )
  return served
}

/** upload sends one file; progress is 0..1. */
export function upload(file: File, progress: (share: number) => void, signal?: AbortSignal): Promise<FileValue> {
  return new Promise((resolve, reject) => {
    const form = new FormData()
    form.append('file', file, file.name)
    const req = new XMLHttpRequest()
    req.open('POST', '/api/files')
    for (const [name, value] of Object.entries(requestHeaders())) req.setRequestHeader(name, value)
    req.responseType = 'json'
    req.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total)
    req.onload = () => {
      const data: unknown = req.response
      if (req.status >= 200 && req.status < 300) return resolve(data as FileValue)
      const error = (data as { error?: ErrorBody } | null)?.error
      reject(new ApiError(req.status, error ?? { code: 'unavailable', message: '' }, data))
    }
    req.onerror = () => reject(new ApiError(0, { code: 'unavailable', message: '' }))
    req.onabort = () => reject(new DOMException('', 'AbortError'))
    signal?.addEventListener('abort', () => req.abort())
    req.send(form)
  })
}

const longest = 1600 // px: what a screen shows of a photograph

/** shrunk scales a photograph down before it goes over the office's wireless; anything else passes as it is. */
export async function shrunk(file: File): Promise<File> {
  if (!/^image\/(jpeg|webp)$/.test(file.type) || typeof createImageBitmap !== 'function') return file
  const picture = await createImageBitmap(file).catch(() => null)
  if (!picture) return file
  const scale = longest / Math.max(picture.width, picture.height)
  if (scale >= 1) return file
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(picture.width * scale)
  canvas.height = Math.round(picture.height * scale)
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.85))
  return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, '.jpg'), { type: 'image/jpeg' }) : file
}
