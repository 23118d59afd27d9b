import 'element-plus/es/components/date-picker/style/css.mjs'

export { ElDatePicker } from 'element-plus/es/components/date-picker/index.mjs'
