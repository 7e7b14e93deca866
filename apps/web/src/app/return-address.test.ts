import { expect, test } from 'vitest';
import { returnAddress } from './return-address.ts';

test('a remembered chat is returned to', () => {
  expect(returnAddress({ from: { pathname: '/c/0a1b' } })).toBe('/c/0a1b');
  expect(returnAddress({ from: { pathname: '/settings/about' } })).toBe('/settings/about');
});

test.each([null, undefined, 'x', {}, { from: null }, { from: { pathname: 5 } }])(
  'without one, the start: %o',
  (state) => {
    expect(returnAddress(state)).toBe('/');
  },
);

test.each(['/sign-in', '//evil.example', '/c/../x', '/unknown'])(
  '%s is not returned to',
  (pathname) => {
    expect(returnAddress({ from: { pathname } })).toBe('/');
  },
);
