// What features bring to a record's page, fetched when it is first drawn.
import { defineAsyncComponent } from 'vue'
import { parts } from '@/entity/parts'

parts.timeline.call = defineAsyncComponent(() => import('@/features/calls/TimelineCall.vue'))
parts.timeline.sms = defineAsyncComponent(() => import('@/features/sms/TimelineSms.vue'))
parts.sms = defineAsyncComponent(() => import('@/features/sms/SmsSend.vue'))
parts.call = defineAsyncComponent(() => import('@/features/calls/RecordCall.vue'))
