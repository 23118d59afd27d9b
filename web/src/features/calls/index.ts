// What calls bring to other screens; src/app/parts.ts puts them in their places.
export { default as CallRow } from './CallRow.vue'
export { default as RecordingPlayer } from './RecordingPlayer.vue'
export { default as TimelineCall } from './TimelineCall.vue'
