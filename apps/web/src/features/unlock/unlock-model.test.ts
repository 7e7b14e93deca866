import { expect, test } from 'vitest';
import { checkRecover, laterOf } from './unlock-model.ts';

test('the longer of two waits counts', () => {
  expect(laterOf(null, null)).toBeNull();
  expect(laterOf(5, null)).toBe(5);
  expect(laterOf(null, 7)).toBe(7);
  expect(laterOf(9, 7)).toBe(9);
});

test('recovery asks for both fields at once', () => {
  expect(Object.keys(checkRecover({ recoveryKey: ' ', newChatPassword: '' }))).toEqual([
    'recoveryKey',
    'newChatPassword',
  ]);
});
