// What features bring to a record's page, fetched when it is first drawn.
import { defineAsyncComponent } from 'vue'
import { useSecurity } from '@/api/security'
import { parts } from '@/entity/parts'
import { filesOf } from '@/entity/fields/values'

parts.timeline.call = defineAsyncComponent(() => import('@/features/calls/TimelineCall.vue'))
parts.timeline.sms = defineAsyncComponent(() => import('@/features/sms/TimelineSms.vue'))
parts.sms = defineAsyncComponent(() => import('@/features/sms/SmsSend.vue'))
parts.share = defineAsyncComponent(() => import('@/features/share/ShareDialog.vue'))
parts.star = defineAsyncComponent(() => import('@/features/favourites/StarButton.vue'))
parts.send = defineAsyncComponent(() => import('@/features/favourites/SendPage.vue'))
parts.call = defineAsyncComponent(() => import('@/features/calls/RecordCall.vue'))
parts.export = defineAsyncComponent(() => import('@/features/exchange/ExportDialog.vue'))
parts.print = defineAsyncComponent(() => import('@/features/print/PrintDialog.vue'))
parts.locked = defineAsyncComponent(() => import('@/features/audit/PurposeGate.vue'))
parts.masked = defineAsyncComponent(() => import('@/features/audit/RevealValue.vue'))
parts.tabs.push(
  { key: 'family', label: 'interface.family.tab', when: (entity) => entity.name === 'customer' && entity.fields.some((f) => f.key === 'parent'), component: defineAsyncComponent(() => import('@/features/family/FamilyTab.vue')) },
  { key: 'files', label: 'interface.files.tab', when: (entity) => entity.party && entity.fields.some((f) => f.type === 'file' || f.type === 'image'), count: (entity, record) => filesOf(entity, record).length, component: defineAsyncComponent(() => import('@/features/family/FilesTab.vue')) },
  { key: 'changes', label: 'audit.tab.changes', when: () => true, component: defineAsyncComponent(() => import('@/features/audit/RecordChanges.vue')) },
  { key: 'access', label: 'audit.tab.reading', when: () => !!useSecurity().state?.reads, component: defineAsyncComponent(() => import('@/features/audit/RecordAccess.vue')) },
)
