import { expect, test } from 'vitest';
import { aSummary } from '../testing/builders.ts';
import { neighbourChat, shortcutIntent } from './shortcut-model.ts';

const press = (fields: object) => ({
  key: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  typing: false,
  ...fields,
});

test.each([
  [{ key: 'L', ctrlKey: true, shiftKey: true }, 'lock'],
  [{ key: 'l', metaKey: true, shiftKey: true, typing: true }, 'lock'],
  [{ key: ',', ctrlKey: true }, 'settings'],
  [{ key: 'ArrowUp', altKey: true, typing: true }, 'previousChat'],
  [{ key: 'ArrowDown', altKey: true }, 'nextChat'],
  [{ key: '?', shiftKey: true }, 'help'],
])('%o means %s', (keys, intent) => {
  expect(shortcutIntent(press(keys), true)).toBe(intent);
});

test('a question mark in a text is a question mark', () => {
  expect(shortcutIntent(press({ key: '?', typing: true }), true)).toBeNull();
});

test('single keys can be switched off, the others stay', () => {
  expect(shortcutIntent(press({ key: '?' }), false)).toBeNull();
  expect(shortcutIntent(press({ key: ',', ctrlKey: true }), false)).toBe('settings');
});

test('the neighbour of a chat, and where to start from nowhere', () => {
  const [a, b] = [aSummary(), aSummary()];

  expect(neighbourChat([a, b], a.chatId, 1)).toBe(b);
  expect(neighbourChat([a, b], a.chatId, -1)).toBeNull();
  expect(neighbourChat([a, b], null, 1)).toBe(a);
  expect(neighbourChat([a, b], null, -1)).toBe(b);
  expect(neighbourChat([], null, 1)).toBeNull();
});
