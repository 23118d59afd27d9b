export default import.meta.glob<string>('./zh-TW/*.md', { eager: true, query: '?raw', import: 'default' })
