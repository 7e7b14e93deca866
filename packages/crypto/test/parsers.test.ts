import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  ChatKeyHistory,
  parseDeviceManifest,
  parseGroupEntry,
  parseHybridPublicKey,
  parseLinkSecret,
  parseMessageHeader,
  toBase64Url,
  utf8,
  verifyStamp,
} from '../src/index.ts';
import { refusal } from './building/builders.ts';

/** Bytes of any kind, also such as begin like the real thing. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.uint8Array({ maxLength: 300 }).map((rest) => Uint8Array.of(1, ...rest)),
  fc.uint8Array({ minLength: 1_216, maxLength: 1_216 }),
);
const text = fc.oneof(
  fc.string(),
  fc.uint8Array({ maxLength: 60 }).map(toBase64Url),
  fc.uint8Array({ maxLength: 60 }).map((random) => `#${toBase64Url(random)}`),
  fc.json().map((json) => toBase64Url(utf8(json))),
);

const ofBytes: [string, (input: Uint8Array) => unknown, string[]][] = [
  ['parseDeviceManifest', parseDeviceManifest, ['bad_encoding', 'bad_key']],
  ['ChatKeyHistory.parse', (input) => ChatKeyHistory.parse(input), ['bad_encoding']],
  ['parseMessageHeader', parseMessageHeader, ['bad_encoding']],
  ['parseHybridPublicKey', parseHybridPublicKey, ['bad_key']],
  ['parseGroupEntry', parseGroupEntry, ['bad_encoding']],
];
const ofText: [string, (input: string) => unknown, string[]][] = [
  ['parseLinkSecret', parseLinkSecret, ['bad_encoding']],
  [
    'verifyStamp',
    (stampHeaderValue) => verifyStamp({ stampHeaderValue, body: utf8('{}') }),
    ['bad_encoding', 'bad_signature', 'bad_key'],
  ],
];

it.each(ofBytes)('%s reads any bytes or refuses them with a code', async (_, parse, codes) => {
  await fc.assert(
    fc.asyncProperty(bytes, async (input) => {
      expect(['accepted', ...codes]).toContain(await refusal(() => parse(input)));
    }),
    { numRuns: 500 },
  );
});

it.each(ofText)('%s reads any text or refuses it with a code', async (_, parse, codes) => {
  await fc.assert(
    fc.asyncProperty(text, async (input) => {
      expect(['accepted', ...codes]).toContain(await refusal(() => parse(input)));
    }),
    { numRuns: 500 },
  );
});
