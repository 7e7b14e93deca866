import { describe, expect, it } from 'vitest';
import { refusal, seededRandom } from '../../test/building/builders.ts';
import { cipherBetween, pair } from '../../test/session/devices.ts';
import { fromUtf8, utf8 } from '../encoding/text.ts';
import {
  parsePreKeySignalMessage,
  serializePreKeySignalMessage,
} from './pre-key-signal-message.ts';
import type { PeerVersion } from './session-state.ts';
import { parseSignalMessage } from './signal-message.ts';

describe('A first message', () => {
  it('needs each prekey that it names', async () => {
    const { bob, a, b } = await pair(seededRandom(101));
    const first = await a.encrypt(utf8('first'));
    const { preKeys, signedPreKeys, kyberPreKeys } = bob.stores.kept;
    const kinds: [string, Map<number, unknown>, number][] = [
      ['one-time', preKeys, 31],
      ['signed', signedPreKeys, 22],
      ['KEM', kyberPreKeys, 7],
    ];
    for (const [what, kept, id] of kinds) {
      const record = kept.get(id);
      expect([what, kept.delete(id)]).toEqual([what, true]);
      expect([what, await refusal(() => b.decrypt(first))]).toEqual([what, 'open_failed']);
      expect(bob.stores.kept.sessions.size).toBe(0);
      kept.set(id, record);
    }
    expect(fromUtf8(await b.decrypt(first))).toBe('first');
  });

  it('opens only in the protocol that its reader takes from this peer', async () => {
    const versions: readonly PeerVersion[] = ['pqxdh', 'spqr', 'addresses'];
    const opened: string[] = [];
    const codes = new Set<string>();
    for (const written of versions) {
      for (const read of versions) {
        const { alice, bob, a } = await pair(seededRandom(102), written);
        const reader = cipherBetween(bob, alice, read);
        const got = await refusal(async () => reader.decrypt(await a.encrypt(utf8('hello'))));
        codes.add(got);
        if (got === 'accepted') opened.push(`${written} as ${read}`);
      }
    }
    expect(opened).toEqual([
      'pqxdh as pqxdh',
      'spqr as spqr',
      'addresses as spqr',
      'addresses as addresses',
    ]);
    expect(codes).toEqual(new Set(['accepted', 'open_failed']));
  });

  it('cannot name a session that its reader began', async () => {
    const { a, b } = await pair(seededRandom(104), 'spqr');
    const first = await a.encrypt(utf8('first'));
    await b.decrypt(first);
    const answer = await b.encrypt(utf8('answer'));
    const content = parsePreKeySignalMessage(first.serialized);

    const wrapped = serializePreKeySignalMessage({ ...content, message: answer.serialized });

    const asFirst = { type: 'preKey', serialized: wrapped } as const;
    expect(await refusal(() => a.decrypt(asFirst))).toBe('open_failed');
    expect(fromUtf8(await a.decrypt(answer))).toBe('answer');
  });

  it('carries addresses until it is answered, and a post-quantum part for ever', async () => {
    const { a, b } = await pair(seededRandom(103));
    const first = parsePreKeySignalMessage((await a.encrypt(utf8('1'))).serialized);
    expect(parseSignalMessage(first.message).addresses?.length).toBe(36);
    await b.decrypt(await a.encrypt(utf8('2')));
    await a.decrypt(await b.encrypt(utf8('3')));

    const later = parseSignalMessage((await a.encrypt(utf8('4'))).serialized);

    expect(later.addresses).toBeUndefined();
    expect(later.pqRatchet?.length).toBeGreaterThan(3);
    expect([later.counter, later.previousCounter]).toEqual([0, 2]);
  });
});
