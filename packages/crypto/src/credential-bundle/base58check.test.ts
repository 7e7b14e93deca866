import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filled, refusal } from '../../test/building/builders.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { fromHex } from '../encoding/hex.ts';
import { fromBase58Check, toBase58Check } from './base58check.ts';

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const hash = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** So many zero bytes, by the definition of the format. */
function zerosWritten(count: number): string {
  let digits = '';
  let rest = hash(hash(filled(count, 0))).readUInt32BE();
  for (; rest > 0; rest = Math.floor(rest / 58)) digits = alphabet.charAt(rest % 58) + digits;
  return '1'.repeat(count) + digits;
}

describe('Base58Check', () => {
  it('reads back what it wrote, leading zeros included', () => {
    fc.assert(
      fc.property(fc.nat(4), fc.uint8Array({ maxLength: 80 }), (zeros, bytes) => {
        const payload = concatBytes(filled(zeros, 0), bytes);
        expect(fromBase58Check(toBase58Check(payload))).toEqual(payload);
      }),
    );
  });

  it('writes a well-known address', () => {
    const payload = fromHex('00f54a5851e9372b87810a8e60cdd2e7cfd80b6e31');
    expect(toBase58Check(payload)).toBe('1PMycacnJaSqwwJqjawXBErnLsZ7RkXUAs');
  });

  it('throws coded errors only', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(['accepted', 'bad_encoding']).toContain(await refusal(() => fromBase58Check(text)));
      }),
    );
    expect(await refusal(() => toBase58Check(filled(257, 1)))).toBe('too_large');
  });

  it('writes up to 256 bytes and reads up to 512 characters', async () => {
    const payload = filled(256, 0xff);
    expect(fromBase58Check(toBase58Check(payload))).toEqual(payload);
    const written = Array.from({ length: 16 }, (_, i) => zerosWritten(499 + i));
    const [fits, over] = [512, 513].map((length) => written.find((text) => text.length === length));

    expect(fromBase58Check(fits ?? '').length).toBeGreaterThan(499);
    expect(await refusal(() => fromBase58Check(over ?? ''))).toBe('bad_encoding');
  });

  it('refuses a wrong checksum, too few characters, and those that are not of its alphabet', async () => {
    const text = toBase58Check(filled(20, 7));
    const last = text.endsWith('2') ? '3' : '2';
    const all = Array.from({ length: 50 }, (_, i) => toBase58Check(filled(20, i)));
    // Read as −1, the unknown 0 would give the same number behind the next higher digit.
    const borrowed = all.flatMap((one) =>
      Array.from(one.matchAll(/[1-8]z/g), ({ 0: pair, index }) => {
        const next = String(Number(pair.charAt(0)) + 1);
        return `${one.slice(0, index)}${next}0${one.slice(index + 2)}`;
      }),
    );

    expect(borrowed.length).toBeGreaterThan(0);
    for (const wrong of ['', '1', '111', text.slice(0, -1) + last, `${text} `, ...borrowed])
      expect([wrong, await refusal(() => fromBase58Check(wrong))]).toEqual([wrong, 'bad_encoding']);
  });
});
