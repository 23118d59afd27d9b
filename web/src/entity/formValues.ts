import type { InjectionKey } from 'vue'
import type { Values } from '@/api/types'

/** The values of the form around an editor: a contact is picked among those of the chosen customer. */
export const formValues: InjectionKey<Values> = Symbol('formValues')
