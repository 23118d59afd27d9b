// What a typed or pasted text becomes in a cell, and a value as a cell shows it.
import type { Field, Money, RefValue, Value } from '@/api/types'
import { decimalText, grouped, parseDecimal, plainDigits, shortDecimal, toScale } from '@/lib/decimal'
import { parseAmount, plainAmount } from '@/lib/money'
import { plainText } from '../values'

/** cellText is a value as it stands in a cell that is being typed in. */
export function cellText(field: Field, value: Value): string {
  if (value === null || value === undefined || value === '') return ''
  switch (field.type) {
    case 'money':
      return plainAmount(value as Money, true, field.decimals)
    case 'decimal':
    case 'percent':
      return grouped(shortDecimal(String(value)))
    case 'ref':
      return (value as RefValue).label
    default:
      return plainText(field, value)
  }
}

/** cellValue reads what was typed; undefined when it is not what the field takes. */
export function cellValue(field: Field, typed: string, currency: string): Value {
  const text = typed.trim()
  if (!text) return null
  switch (field.type) {
    case 'money': {
      const minor = parseAmount(text, currency, field.decimals)
      return minor === undefined ? undefined : { minor, currency }
    }
    case 'decimal':
    case 'percent': {
      const d = parseDecimal(text.replace(/%$/, ''))
      return d && decimalText(field.decimals === undefined ? d : toScale(d, field.decimals))
    }
    case 'int':
    case 'number': {
      const n = Number(plainDigits(text))
      return Number.isSafeInteger(n) ? n : undefined
    }
    case 'date': {
      const m = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(text)
      return m ? `${m[1]}-${m[2]!.padStart(2, '0')}-${m[3]!.padStart(2, '0')}` : undefined
    }
    case 'select':
      return field.options?.find((o) => o.label === text || o.id === text)?.id
    case 'bool':
      return /^(1|是|y|yes|true|√|✓)$/i.test(text)
    default:
      return text
  }
}
