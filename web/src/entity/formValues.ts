import type { InjectionKey, Ref } from 'vue'
import type { Values } from '@/api/types'

/** The values of the form around an editor: a contact is picked among those of the chosen customer. */
export const formValues: InjectionKey<Values> = Symbol('formValues')
/** The entity that form is about. */
export const formEntity: InjectionKey<string> = Symbol('formEntity')
/** What the hub objects to in cells: "lines.0.qty" → why. */
export const lineErrors: InjectionKey<Ref<Record<string, string>>> = Symbol('lineErrors')
