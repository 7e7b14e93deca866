import { expect, test } from 'vitest';
import { splitLinks } from './link-model.ts';

test('text without an address stays one part', () => {
  expect(splitLinks('lunch at 12? a.b')).toEqual([{ kind: 'text', text: 'lunch at 12? a.b' }]);
});

test('a web address becomes a link without the punctuation behind it', () => {
  expect(splitLinks('See https://example.org/a, ok?')).toEqual([
    { kind: 'text', text: 'See ' },
    { kind: 'link', text: 'https://example.org/a', href: 'https://example.org/a', host: null },
    { kind: 'text', text: ', ok?' },
  ]);
});

test('brackets that belong to the address stay in it', () => {
  const [, link, rest] = splitLinks('(https://example.org/a_(b))');

  expect(link).toMatchObject({ text: 'https://example.org/a_(b)' });
  expect(rest).toEqual({ kind: 'text', text: ')' });
});

test.each([
  'javascript:alert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  'https://',
  'ftp://a.b',
])('%s is never a link', (text) => {
  expect(splitLinks(text).every((part) => part.kind === 'text')).toBe(true);
});

test.each([
  ['https://bank.example@evil.example/', 'evil.example'],
  ['https://раураl.example/', 'xn--l-7sba6dbr.example'],
  ['https://EXAMPLE.org:443/', 'example.org'],
])('%s shows where it really leads', (text, host) => {
  const link = splitLinks(text).find((part) => part.kind === 'link');

  expect(link).toMatchObject({ host });
});

test('an address that could not exist is left as text', () => {
  expect(splitLinks('https://good.example\u202e/moc.live').map((part) => part.kind)).toEqual([
    'text',
  ]);
});
