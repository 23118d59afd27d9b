import { shallowRef } from 'vue'

export interface Question {
  title: string
  text: string
  yes: string
  no: string
  danger?: boolean
  answer: (yes: boolean) => void
}
export const question = shallowRef<Question | null>(null)

/** ask shows a yes-or-no dialog and resolves with the answer; closing it is no. */
export function ask(q: Omit<Question, 'answer'>): Promise<boolean> {
  question.value?.answer(false)
  return new Promise((resolve) => {
    question.value = {
      ...q,
      answer(yes) {
        question.value = null
        resolve(yes)
      },
    }
  })
}
