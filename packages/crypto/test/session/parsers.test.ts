/** Whatever bytes come in, a parser reads them or refuses them with a code. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/encoding/bytes.ts';
import { utf8 } from '../../src/encoding/text.ts';
import { parsePreKeySignalMessage } from '../../src/session/pre-key-signal-message.ts';
import {
  loadState,
  parseSessionRecord,
  serializeSessionRecord,
} from '../../src/session/session-state.ts';
import { parseSignalMessage } from '../../src/session/signal-message.ts';
import { parseBraidMessage, serializeBraidMessage } from '../../src/session/spqr/braid-message.ts';
import { receivePqRatchet } from '../../src/session/spqr/pq-ratchet.ts';
import { refusal, seededRandom } from '../building/builders.ts';
import { pair } from './devices.ts';

const coded = ['accepted', 'bad_encoding', 'too_large', 'open_failed', 'bad_key'];
const runs = { numRuns: 300 };

const parsers: [string, (bytes: Uint8Array) => unknown][] = [
  ['SignalMessage', parseSignalMessage],
  ['PreKeySignalMessage', parsePreKeySignalMessage],
  ['ratchet message', parseBraidMessage],
  ['session record', parseSessionRecord],
  ['session state', (state) => loadState({ baseKey: new Uint8Array(33), state })],
];

describe('Any bytes', () => {
  for (const [name, parse] of parsers) {
    it(`are read or refused with a code: ${name}`, async () => {
      const bytes = fc.uint8Array({ maxLength: 400 });
      const head = fc.constantFrom([], [0x44], [0x01], [0x44, 0x0a, 0x21]);
      await fc.assert(
        fc.asyncProperty(head, bytes, async (begin, rest) => {
          const input = concatBytes(Uint8Array.from(begin), rest);
          expect(coded).toContain(await refusal(() => parse(input)));
        }),
        runs,
      );
    });
  }

  it('put into true messages and stored states are read or refused with a code', async () => {
    const { bob, a, b } = await pair(seededRandom(71));
    const first = await a.encrypt(utf8('first'));
    await b.decrypt(first);
    const [stored = new Uint8Array()] = bob.stores.kept.sessions.values();
    const record = parseSessionRecord(stored);
    const state = record.current?.state ?? new Uint8Array();
    const { pqRatchet } = loadState({ baseKey: new Uint8Array(33), state });
    const whole: [Uint8Array, (bytes: Uint8Array) => unknown][] = [
      [first.serialized, parsePreKeySignalMessage],
      [parsePreKeySignalMessage(first.serialized).message, parseSignalMessage],
      [stored, parseSessionRecord],
      [state, (bytes) => loadState({ baseKey: new Uint8Array(33), state: bytes })],
      [
        pqRatchet ?? new Uint8Array(),
        (bytes) => receivePqRatchet(bytes, Uint8Array.of(1, 1, 1, 0)),
      ],
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...whole),
        fc.nat(),
        fc.uint8Array({ maxLength: 8 }),
        fc.nat({ max: 8 }),
        async ([bytes, parse], place, inserted, removed) => {
          const at = place % (bytes.length + 1);
          const input = concatBytes(bytes.slice(0, at), inserted, bytes.slice(at + removed));
          expect(coded).toContain(await refusal(() => parse(input)));
        },
      ),
      { numRuns: 1_000 },
    );
    expect(serializeSessionRecord(record)).toEqual(stored);
  });
});

describe('A ratchet message', () => {
  it('is read back as it was written', () => {
    const chunk = { index: 300, data: new Uint8Array(32).fill(9) };
    const messages = [
      { epoch: 1, index: 0, type: 'none', chunk: undefined },
      { epoch: 70_000, index: 25_000, type: 'ct1Ack', chunk: undefined },
      { epoch: 2, index: 5, type: 'ekCt1Ack', chunk },
    ] as const;
    for (const message of messages) {
      expect(parseBraidMessage(serializeBraidMessage(message))).toEqual(message);
    }
  });
});
