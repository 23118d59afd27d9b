/** sizeText writes bytes as people read them. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return bytes + ' B'
  if (bytes < 1_000_000) return Math.round(bytes / 1000) + ' kB'
  return (bytes / 1_000_000).toFixed(1) + ' MB'
}
