import { hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { filled } from '../../test/building/builders.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { fromHex } from '../encoding/hex.ts';
import { utf8 } from '../encoding/text.ts';
import { hmacSha256 } from '../primitives/hmac.ts';
import { computeNonce, keySchedule } from './key-schedule.ts';
import { labeledExpand, labeledExpander, labeledExtract } from './labeled-hkdf.ts';

const suiteId = utf8('test-suite');

describe('LabeledExtract and LabeledExpand', () => {
  it('are HKDF over version, suite and label, for short and long inputs', async () => {
    for (const salt of [filled(0, 0), filled(32, 1)]) {
      for (const size of [0, 32, 2_023, 2_024, 2_025, 2_026, 2_027, 2_028, 2_029, 5_000]) {
        const ikm = filled(size, 2);
        const labeled = concatBytes(utf8('HPKE-v1'), suiteId, utf8('label'), ikm);
        const extracted = await labeledExtract(suiteId, salt, 'label', ikm);
        expect(extracted).toEqual(await hmacSha256(salt, labeled));
      }
    }
    const [ikm, salt] = [filled(32, 3), filled(0, 0)];
    const prk = await hmacSha256(salt, ikm);
    for (const length of [1, 12, 31, 32]) {
      const info = concatBytes(
        fromHex(`00${length.toString(16).padStart(2, '0')}`),
        utf8('HPKE-v1'),
      );
      const whole = concatBytes(info, suiteId, utf8('label'), utf8('info'));
      expect(await labeledExpand(suiteId, prk, 'label', utf8('info'), length)).toEqual(
        new Uint8Array(hkdfSync('sha256', ikm, salt, whole, length)),
      );
    }
  });

  it('give 1 to 32 bytes', () => {
    const expand = labeledExpander(suiteId, filled(32, 1));
    for (const length of [0, -1, 33])
      expect(() => expand('label', filled(0, 0), length)).toThrow(RangeError);
    for (const length of [1, 32])
      expect(expand('label', filled(0, 0), length)).toHaveLength(length);
  });
});

describe('The key schedule', () => {
  it('of an export-only suite has a secret and no key', async () => {
    const suite = { kemId: 0x20, kdfId: 1, aeadId: 0xffff, keyBytes: 0 };
    const { key, baseNonce, exporterSecret } = await keySchedule(
      suite,
      filled(32, 1),
      filled(2, 2),
    );

    expect([key.length, baseNonce.length, exporterSecret().length]).toEqual([0, 0, 32]);
  });
});

describe('ComputeNonce', () => {
  it('adds the sequence number by XOR, big-endian, at the end', () => {
    const base = filled(12, 0x0f);
    const nonce = (sequence: number) => computeNonce(base, sequence).subarray(5);

    expect(computeNonce(base, 0)).toEqual(base);
    expect(nonce(1)).toEqual(fromHex('0f0f0f0f0f0f0e'));
    expect(nonce(0x0102)).toEqual(fromHex('0f0f0f0f0f0e0d'));
    expect(nonce(2 ** 53 - 1)).toEqual(fromHex('10f0f0f0f0f0f0'));
    expect(base).toEqual(filled(12, 0x0f));
  });
});
