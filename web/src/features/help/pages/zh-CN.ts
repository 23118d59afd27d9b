export default import.meta.glob<string>('./zh-CN/*.md', { eager: true, query: '?raw', import: 'default' })
