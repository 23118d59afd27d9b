// What texts bring to other screens; src/app/parts.ts puts them in their places.
export { default as SmsSend } from './SmsSend.vue'
export { default as TimelineSms } from './TimelineSms.vue'
