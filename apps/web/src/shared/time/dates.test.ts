import { expect, test } from 'vitest';
import { dayHeading, dayKey, listTime, startOfDay } from './dates.ts';

const noon = new Date(2026, 2, 10, 12).getTime();
const dayMs = 86_400_000;

test('a heading says Today and Yesterday, then the date', () => {
  expect(dayHeading(noon, noon)).toBe('Today');
  expect(dayHeading(startOfDay(noon) - 1, noon)).toBe('Yesterday');
  expect(dayHeading(noon - 3 * dayMs, noon)).toContain('7');
  expect(dayHeading(noon - 400 * dayMs, noon)).toContain('2025');
});

test('a list shows the time today, the weekday for a week, then the date', () => {
  expect(listTime(noon, noon)).toMatch(/12.00/);
  expect(listTime(noon - 2 * dayMs, noon)).toMatch(/^\p{L}+\.?$/u);
  expect(listTime(noon - 400 * dayMs, noon)).toContain('2025');
});

test('days are calendar days', () => {
  expect(dayKey(startOfDay(noon))).toBe(dayKey(startOfDay(noon) + dayMs - 1));
  expect(dayKey(startOfDay(noon) - 1)).not.toBe(dayKey(noon));
});
