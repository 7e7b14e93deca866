import { expect, test } from 'vitest';
import { announcement, bytesOver, enterIntent, trustMeaning } from './chat-model.ts';

test('the limit is counted in bytes, not in characters', () => {
  expect(bytesOver('a'.repeat(10), 10)).toBe(0);
  expect(bytesOver('é'.repeat(10), 10)).toBe(10);
  expect(bytesOver('a'.repeat(11), 10)).toBe(1);
});

test('Enter sends, except with Shift or while a character is being composed', () => {
  const plain = { shiftKey: false, altKey: false, isComposing: false };

  expect(enterIntent(plain)).toBe('send');
  expect(enterIntent({ ...plain, shiftKey: true })).toBe('newline');
  expect(enterIntent({ ...plain, isComposing: true })).toBe('newline');
});

test('an announcement names the sender and counts', () => {
  expect(announcement(0, 'Maya')).toBe('');
  expect(announcement(1, 'Maya')).toBe('New message from Maya');
  expect(announcement(3, 'Maya')).toBe('3 new messages from Maya');
});

test('an unchecked chat is not called certain', () => {
  expect(trustMeaning('unchecked', false, 'Maya')).toContain('it isn’t certain');
});
