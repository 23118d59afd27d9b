const files = import.meta.glob<Record<string, unknown>>('./zh-TW/{app,entity}.json', { eager: true, import: 'default' })

export default Object.fromEntries(
  Object.entries(files).map(([path, messages]) => [path.replace(/^.*\/|\.json$/g, ''), messages]),
)
