import { expect, test } from 'vitest';
import { createTranslator } from './translator.ts';

const words = {
  plain: 'Plain',
  greeting: 'Hello {{name}}, {{name}}!',
  group: {
    inner: 'Inner',
    file_one: '{{count}} file',
    file_few: '{{count}} pliki',
    file_other: '{{count}} files',
  },
} as const;

test('words are found by their path', () => {
  const t = createTranslator(words, 'en');

  expect(t('plain')).toBe('Plain');
  expect(t('group.inner')).toBe('Inner');
});

test('values are put in, everywhere, and never read as words', () => {
  const t = createTranslator(words, 'en');

  expect(t('greeting', { name: '{{name}} $&' })).toBe('Hello {{name}} $&, {{name}} $&!');
});

test('the plural form is the one of the language, the number is written its way', () => {
  const english = createTranslator(words, 'en');
  const polish = createTranslator(words, 'pl');

  expect(english('group.file', { count: 1 })).toBe('1 file');
  expect(english('group.file', { count: 1200 })).toBe('1,200 files');
  expect(polish('group.file', { count: 3 })).toBe('3 pliki');
});

test('only words of the catalogue can be asked for', () => {
  const t = createTranslator(words, 'en');

  // @ts-expect-error -- the compiler refuses the key; at run time it answers itself
  expect(t('group.missing')).toBe('group.missing');
});
