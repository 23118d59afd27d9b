import { describe, expect, test } from 'vitest'
import { prettyNumber, telHref } from './phone'

describe('phone', () => {
  test.each([
    ['+8613816892201', '138 1689 2201'], ['13816892201', '138 1689 2201'], ['075583001234', '0755-8300 1234'], ['02165432100', '021-6543 2100'], ['+14155550123', '+14155550123'], ['95588', '95588'],
  ])('%s is shown as %s', (number, text) => {
    expect(prettyNumber(number)).toBe(text)
  })
  test('a link holds only what can be dialled', () => {
    expect(telHref('0755-8300 1234')).toBe('tel:075583001234')
    expect(telHref('javascript:alert(1)')).toBe('tel:1')
  })
})
