import { expect, test } from 'vitest';
import { needlesOf } from '../src/canary/encodings.ts';
import { CanarySearch } from '../src/canary/index.ts';

const text = 'planted: 4f1c-Zwölf-🔑';
const key = Buffer.from('00ff10fe20fd30fc40fb50fa60f970f880f790f6a0f5b0f4c0f3d0f2e0f1f0', 'hex');
const search = new CanarySearch([
  { name: 'text', value: text },
  { name: 'key', value: key },
]);
const find = (bytes: Buffer | string): string[] =>
  search.find([{ name: 'here', bytes: Buffer.from(bytes) }]);
const wideBigEndian = (value: string): Buffer => Buffer.from(value, 'utf16le').swap16();

for (const [encoding, bytes] of [
  ['raw', Buffer.from(text)],
  ['UTF-16, little-endian', Buffer.from(text, 'utf16le')],
  ['UTF-16, big-endian', wideBigEndian(text)],
  ['hex', Buffer.from(text).toString('hex')],
  ['capital hex', Buffer.from(text).toString('hex').toUpperCase()],
  ['base64', Buffer.from(text).toString('base64')],
  ['base64url', Buffer.from(text).toString('base64url')],
  ['base64 in the middle of a longer value', Buffer.from(`ab${text}cd`).toString('base64')],
  ['base64 one byte further', Buffer.from(`abc${text}d`).toString('base64url')],
  ['hex of UTF-16', wideBigEndian(text).toString('hex')],
  ['base64 of UTF-16', Buffer.from(text, 'utf16le').toString('base64')],
] as const) {
  test(`the search finds a text as ${encoding}`, () => {
    const padded = Buffer.concat([Buffer.alloc(1_000, 7), Buffer.from(bytes), Buffer.alloc(9, 7)]);

    expect(find(padded).filter((hit) => hit.startsWith('text in here'))).not.toEqual([]);
  });
}

for (const [encoding, bytes] of [
  ['raw', key],
  ['hex', key.toString('hex')],
  ['base64 at any position', Buffer.concat([Buffer.alloc(1), key]).toString('base64')],
  ['base64url', key.toString('base64url')],
  ['hex in a UTF-16 string', Buffer.from(key.toString('hex'), 'utf16le')],
] as const) {
  test(`the search finds a key as ${encoding}`, () => {
    expect(find(Buffer.from(bytes)).filter((hit) => hit.startsWith('key in here'))).not.toEqual([]);
  });
}

test('the search finds nothing where nothing was planted', () => {
  expect(find(Buffer.from(text.slice(0, -2)))).toEqual([]);
  expect(find(Buffer.alloc(100_000, 0x70))).toEqual([]);
  expect(find(key.subarray(1))).toEqual([]);
});

test('a plant too short to be told from chance is refused', () => {
  expect(() => new CanarySearch([{ name: 'short', value: 'abc' }])).toThrow(RangeError);
});

test('each encoding looks for something else', () => {
  const needles = needlesOf(text).map((needle) => needle.bytes.toString('hex'));

  expect(new Set(needles).size).toBe(needles.length);
});
