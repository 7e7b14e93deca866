import { describe, expect, it } from 'vitest';
import { damageNotRefused, filled, refusal, seededRandom } from '../../test/building/builders.ts';
import { onEachBackEnd } from '../../test/known-answers/on-each-back-end.ts';
import { utf8 } from '../encoding/text.ts';
import { openBox, openBoxUnder, sealBox, type BoxBinding } from './committed-box.ts';
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

describe('A box with several keys at hand', () => {
  const [one, two, three] = [1, 2, 3].map((value) => ({ ...binding, key: filled(32, value) }));
  if (!one || !two || !three) throw new Error('no bindings');

  it('opens with the one that it names, wherever it stands', async () => {
    const box = await sealBox(two, utf8('content'));

    for (const bindings of [[two], [one, two], [two, one], [one, three, two, two]]) {
      expect(await openBoxUnder(bindings, box)).toEqual(utf8('content'));
    }
    for (const bindings of [[], [one], [one, three], [{ ...two, fields: [] }]]) {
      expect(await refusal(() => openBoxUnder(bindings, box))).toBe('open_failed');
    }
  });

  it('tries none that it does not name', async () => {
    const box = await sealBox(two, utf8('content'));
    const { commitment } = await deriveCommittedKey(one.key, 'test/box/key');
    box.set(commitment, 1);

    expect(await refusal(() => openBoxUnder([one, two], box))).toBe('open_failed');
    expect(await refusal(() => openBoxUnder([two], box))).toBe('open_failed');
  });

  it('refuses every key of another length, before anything is read', async () => {
    const box = await sealBox(one, utf8('content'));
    const short = { ...two, key: filled(31, 2) };

    expect(await refusal(() => openBoxUnder([one, short], box))).toBe('RangeError');
    expect(await refusal(() => openBoxUnder([short], filled(0, 0)))).toBe('RangeError');
  });
});

describe('A commitment', () => {
  it('of another key is open_failed', async () => {
    const [one, two] = [filled(32, 1), filled(32, 2)];

    expect(await refusal(() => assertCommitment(one, filled(32, 1)))).toBe('accepted');
    expect(await refusal(() => assertCommitment(one, two))).toBe('open_failed');
  });
});
