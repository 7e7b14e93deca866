import { beforeAll, describe, expect, it } from 'vitest';
import { alice, bob, chat, seededRandom } from '../../test/building/builders.ts';
import { compareSafetyQr, formatSafetyQr, generateIdentityKeyPair } from '../index.ts';
import type { SafetyPair } from '../index.ts';

let seenByAlice: SafetyPair;
let seenByBob: SafetyPair;
let otherKey: Uint8Array;

beforeAll(async () => {
  const random = seededRandom(21);
  const [ours, theirs, other] = await Promise.all([
    generateIdentityKeyPair({ random }),
    generateIdentityKeyPair({ random }),
    generateIdentityKeyPair({ random }),
  ]);
  otherKey = other.publicKey;
  seenByAlice = {
    ourUserId: alice,
    ourAccountKey: ours.publicKey,
    theirUserId: bob,
    theirAccountKey: theirs.publicKey,
  };
  seenByBob = {
    ourUserId: bob,
    ourAccountKey: theirs.publicKey,
    theirUserId: alice,
    theirAccountKey: ours.publicKey,
  };
});

describe('The safety code for a camera', () => {
  it('matches what the other person knows, both ways', async () => {
    expect(await compareSafetyQr(await formatSafetyQr(seenByAlice), seenByBob)).toBe('match');
    expect(await compareSafetyQr(await formatSafetyQr(seenByBob), seenByAlice)).toBe('match');
  });

  it('does not match when either side holds another key of the other', async () => {
    const theyKnowAnother = { ...seenByBob, theirAccountKey: otherKey };
    const theyHaveAnother = { ...seenByBob, ourAccountKey: otherKey };

    for (const pair of [theyKnowAnother, theyHaveAnother]) {
      expect(await compareSafetyQr(await formatSafetyQr(pair), seenByAlice)).toBe('no_match');
    }
  });

  it('says when it is about somebody else, or read from the own screen', async () => {
    const withSomebody = await formatSafetyQr({ ...seenByBob, theirUserId: chat });
    const bySomebody = await formatSafetyQr({ ...seenByBob, ourUserId: chat });

    for (const text of [withSomebody, bySomebody, await formatSafetyQr(seenByAlice)]) {
      expect(await compareSafetyQr(text, seenByAlice)).toBe('other_person');
    }
  });

  it('is malformed with anything missing, added or in another version', async () => {
    const text = await formatSafetyQr(seenByBob);
    const wrong = [
      '',
      'https://example.org',
      text.slice(0, -2),
      `${text}AAAA`,
      text.replace('sotto-safety-1', 'sotto-safety-2'),
      text.replace('sotto-safety-1.', 'sotto-safety-1.='),
    ];

    for (const each of wrong) expect(await compareSafetyQr(each, seenByAlice)).toBe('malformed');
  });
});
