import { expect, test } from 'vitest';
import { checkChange, parseSection, sectionTitle, sections } from './settings-model.ts';

test('an address names a section or nothing', () => {
  expect(parseSection('appearance')).toBe('appearance');
  expect(parseSection('calculator')).toBeNull();
  expect(parseSection(undefined)).toBeNull();
});

test('every section has a title of its own', () => {
  expect(new Set(sections.map(sectionTitle)).size).toBe(sections.length);
});

test('both passwords are asked for', () => {
  expect(Object.keys(checkChange({ current: '', next: '' }))).toEqual(['current', 'next']);
});
