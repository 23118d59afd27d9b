import { describe, expect, test } from 'vitest'
import type { Phone, Values } from '@/api/types'
import { fileCaller, phoneOf, type NewCaller } from './newCaller'
import { aCall } from './fixtures'

const phone: Phone = { label: 'mobile', number: '+8613816892201' }
const keysOf = (entity: string) => ({ title: entity === 'contact' ? 'fullName' : 'name', phones: 'phones', company: 'company', customer: 'customer', person: { kind: 'person' } })

async function filed(caller: NewCaller) {
  const made: [string, Values][] = []
  const link = await fileCaller(caller, phone, keysOf, (entity, values) => {
    made.push([entity, values])
    return Promise.resolve(entity + made.length)
  })
  return { made, link }
}

describe('TEL-08 the new caller is filed with his number', () => {
  test('name and company: a customer with a contact', async () => {
    expect(await filed({ kind: 'customer', name: '王', company: '文博' })).toEqual({
      made: [
        ['customer', { name: '文博' }],
        ['contact', { fullName: '王', phones: [phone], customer: 'customer1' }],
      ],
      link: { entity: 'customer', id: 'customer1', contact: 'contact2' },
    })
  })

  test.each([
    ['only a name: a person', '王', '', { kind: 'person' }],
    ['only a company', '', '王', {}],
  ])('%s, one customer', async (_, name, company, more) => {
    expect(await filed({ kind: 'customer', name, company })).toEqual({
      made: [['customer', { name: '王', phones: [phone], ...more }]],
      link: { entity: 'customer', id: 'customer1' },
    })
  })

  test('a contact under an existing customer', async () => {
    expect(await filed({ kind: 'contact', name: '刘', company: '', customer: '7' })).toEqual({
      made: [['contact', { fullName: '刘', phones: [phone], customer: '7' }]],
      link: { entity: 'customer', id: '7', contact: 'contact1' },
    })
  })

  test('a lead', async () => {
    expect(await filed({ kind: 'lead', name: '刘', company: '文博' })).toEqual({
      made: [['lead', { name: '刘', phones: [phone], company: '文博' }]],
      link: { entity: 'lead', id: 'lead1' },
    })
  })
})

test.each([
  ['+8613816892201', 'mobile'],
  ['+8675583001234', 'office'],
  ['+85291234567', 'office'],
])('the number %s is filed as %s', (number, label) => {
  expect(phoneOf(aCall(0, { number })).label).toBe(label)
})
