import { expect, test } from 'vitest';
import { connectionSign } from './connection-model.ts';

test('nothing is shown while online', () => {
  expect(connectionSign('online', false)).toBe('none');
  expect(connectionSign('online', true)).toBe('none');
});

test('a short interruption is not worth a sign', () => {
  expect(connectionSign('connecting', false)).toBe('none');
  expect(connectionSign('offline', false)).toBe('none');
});

test('a longer one is named as what it is', () => {
  expect(connectionSign('connecting', true)).toBe('connecting');
  expect(connectionSign('offline', true)).toBe('offline');
});
