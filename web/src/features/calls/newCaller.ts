// Files an unknown caller: what is created, in which order, from the two fields of the card.

import { useMeta } from '@/api/meta'
import type { Call, Field, Phone, Values } from '@/api/types'
import { newKey } from '@/lib/id'
import { callApi, type LinkTo } from './callApi'

export type NewKind = 'customer' | 'contact' | 'lead'

export interface NewCaller {
  kind: NewKind
  name: string
  company: string
  /** of kind contact: the existing customer */
  customer?: string
}

/** The fields an entity has for a name, numbers, a company and its customer. */
export interface Keys {
  title: string
  phones?: string
  company?: string
  customer?: string
  /** what marks a record of this entity as a person, and as come by a call */
  person?: Values
  byCall?: Values
}

export type Create = (entity: string, values: Values) => Promise<string>

/** fileCaller creates what is needed and tells what the call is to be linked to. */
export async function fileCaller(caller: NewCaller, phone: Phone, keysOf: (entity: string) => Keys, create: Create): Promise<LinkTo> {
  const { kind, name, company } = caller
  const make = (entity: string, title: string, withPhone: boolean, more: Values = {}) => {
    const keys = keysOf(entity)
    return create(entity, { [keys.title]: title, ...(withPhone && keys.phones ? { [keys.phones]: [phone] } : {}), ...keys.byCall, ...more })
  }
  if (kind === 'lead') {
    const keys = keysOf('lead')
    const more = keys.company && company && name ? { [keys.company]: company } : {}
    return { entity: 'lead', id: await make('lead', name || company, true, more) }
  }
  if (kind === 'contact' && caller.customer) {
    return { entity: 'customer', id: caller.customer, contact: await contactOf(caller.customer, name, make, keysOf) }
  }
  // A person is the customer himself; a company has him as its contact.
  if (!name || !company) return { entity: 'customer', id: await make('customer', name || company, true, company ? {} : keysOf('customer').person) }
  const customer = await make('customer', company, false)
  return { entity: 'customer', id: customer, contact: await contactOf(customer, name, make, keysOf) }
}

type Make = (entity: string, title: string, withPhone: boolean, more?: Values) => Promise<string>

function contactOf(customer: string, name: string, make: Make, keysOf: (entity: string) => Keys): Promise<string> {
  return make('contact', name, true, { [keysOf('contact').customer ?? 'customer']: customer })
}

export function phoneOf(call: Call): Phone {
  return { label: /^(\+86|0086)?1\d{10}$/.test(call.number) ? 'mobile' : 'office', number: call.number }
}

/** useKeysOf reads the field names from what the hub says about its entities. */
export function useKeysOf(): (entity: string) => Keys {
  const meta = useMeta()
  return (name) => {
    const entity = meta.entity(name)
    const key = (ok: (f: Field) => boolean) => entity?.fields.find(ok)?.key
    const option = (field: string, id: string): Values | undefined =>
      entity?.fields.some((f) => f.key === field && f.options?.some((o) => o.id === id)) ? { [field]: id } : undefined
    return {
      title: entity?.title ?? 'name',
      phones: key((f) => f.type === 'phones'),
      company: key((f) => f.key === 'company'),
      customer: key((f) => f.type === 'ref' && f.ref === 'customer'),
      person: option('kind', 'person'),
      byCall: option('source', 'call'),
    }
  }
}

/**
 * onceEach makes a Create that never creates the same thing twice: tried again after an
 * error, the same values carry the same idempotency key.
 */
export function onceEach(): Create {
  const keys = new Map<string, string>()
  return async (entity, values) => {
    const content = entity + JSON.stringify(values)
    const key = keys.get(content) ?? newKey()
    keys.set(content, key)
    return (await callApi.create(entity, values, key)).id
  }
}
