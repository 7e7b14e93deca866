import { expect, test } from 'vitest';
import { clockTime, dayHeading, startOfDay } from '../../shared/time/dates.ts';
import { isRemovalWord, kindOf, seenWords } from './devices-model.ts';

const noon = new Date(2026, 2, 10, 12).getTime();
const today = startOfDay(noon);
const dayMs = 86_400_000;

test('a command line is one whatever it is called; a browser may be on a phone', () => {
  expect(kindOf({ deviceType: 'cli', name: 'Firefox on Android' })).toBe('terminal');
  expect(kindOf({ deviceType: 'web', name: 'Chrome on Android' })).toBe('phone');
  expect(kindOf({ deviceType: 'web', name: 'Firefox on Linux' })).toBe('browser');
});

test('the time of day is said for today and yesterday only', () => {
  const yesterday = noon - dayMs;
  const before = noon - 2 * dayMs;

  expect(seenWords(noon, today)).toBe(`Today, ${clockTime(noon)}`);
  expect(seenWords(yesterday, today)).toBe(`Yesterday, ${clockTime(yesterday)}`);
  expect(seenWords(before, today)).toBe(dayHeading(before, today));
  expect(seenWords(null, today)).toBe('Not yet');
});

test('the word that confirms a removal forgives capitals and spaces, nothing else', () => {
  expect(isRemovalWord(' Remove ')).toBe(true);
  expect(isRemovalWord('remov')).toBe(false);
  expect(isRemovalWord('')).toBe(false);
});
