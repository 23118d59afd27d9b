/**
 * The keys of the whole page, as the help (? or F1) lists them. Where one is listened
 * to stands with what it does; none acts while an input method composes.
 */
export const keyMap: { group: string; keys: { press: string[]; does: string }[] }[] = [
  {
    group: 'everywhere',
    keys: [
      { press: ['Ctrl K', '/'], does: 'find' },
      { press: ['Alt N'], does: 'new' },
      { press: ['Alt L'], does: 'relogin' },
      { press: ['F8'], does: 'card' },
      { press: ['F9'], does: 'dial' },
      { press: ['Esc'], does: 'close' },
      { press: ['?', 'F1'], does: 'help' },
    ],
  },
  {
    group: 'form',
    keys: [
      { press: ['Ctrl S'], does: 'save' },
      { press: ['Ctrl Enter'], does: 'saveClose' },
    ],
  },
  {
    group: 'record',
    keys: [
      { press: ['F2'], does: 'edit' },
      { press: ['Alt ↑', 'Alt ↓'], does: 'neighbours' },
      { press: ['Alt 1', '…', 'Alt 9'], does: 'tabs' },
    ],
  },
  {
    group: 'list',
    keys: [
      { press: ['↑', '↓', 'Enter'], does: 'rows' },
      { press: ['F2'], does: 'cell' },
    ],
  },
  {
    group: 'lines',
    keys: [
      { press: ['Enter', 'Tab'], does: 'nextCell' },
      { press: ['↓'], does: 'newLine' },
      { press: ['Ctrl D'], does: 'copyLine' },
      { press: ['Ctrl Delete'], does: 'removeLine' },
      { press: ['F4'], does: 'pick' },
      { press: ['F7'], does: 'pickMany' },
      { press: ['Ctrl V'], does: 'paste' },
    ],
  },
]
