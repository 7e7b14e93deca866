import { describe, expect, it } from 'vitest';
import { damageNotRefused, filled, refusal, seededRandom } from '../../test/building/builders.ts';
import { onEachBackEnd } from '../../test/known-answers/on-each-back-end.ts';
import { utf8 } from '../encoding/text.ts';
import { openBox, sealBox, type BoxBinding } from './committed-box.ts';
import { assertCommitment, deriveCommittedKey } from './committed-key.ts';

const binding: BoxBinding = { key: filled(32, 1), label: 'test/box', fields: [utf8('place')] };

onEachBackEnd('A box', () => {
  it('is version, commitment, nonce and ciphertext, and opens for its binding alone', async () => {
    const box = await sealBox(binding, utf8('content'), seededRandom(1));
    const { commitment } = await deriveCommittedKey(binding.key, 'test/box/key');

    expect(box.length).toBe(1 + 32 + 12 + 7 + 16);
    expect(box[0]).toBe(1);
    expect(box.subarray(1, 33)).toEqual(commitment);
    expect(box.subarray(33, 45)).toEqual(seededRandom(1)(12));
    expect(await openBox(binding, box)).toEqual(utf8('content'));
    const others: BoxBinding[] = [
      { ...binding, key: filled(32, 2) },
      { ...binding, label: 'test/other' },
      { ...binding, fields: [] },
      { ...binding, fields: [utf8('place'), utf8('')] },
    ];
    for (const other of others)
      expect(await refusal(() => openBox(other, box))).toBe('open_failed');
    expect(await damageNotRefused(box, (copy) => openBox(binding, copy))).toEqual([]);
  });
});

describe('A box', () => {
  it('tells a mistake of the caller from a refusal', async () => {
    const box = await sealBox(binding, utf8('content'));
    const fields = ['place'] as unknown as Uint8Array[];

    expect(await refusal(() => openBox({ ...binding, fields }, box))).toBe('TypeError');
    expect(await refusal(() => openBox({ ...binding, key: filled(31, 1) }, box))).toBe(
      'RangeError',
    );
    expect(await refusal(() => sealBox({ ...binding, key: filled(33, 1) }, box))).toBe(
      'RangeError',
    );
  });
});

describe('A commitment', () => {
  it('of another key is open_failed', async () => {
    const [one, two] = [filled(32, 1), filled(32, 2)];

    expect(await refusal(() => assertCommitment(one, filled(32, 1)))).toBe('accepted');
    expect(await refusal(() => assertCommitment(one, two))).toBe('open_failed');
  });
});
