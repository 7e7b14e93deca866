import { describe, expect, it } from 'vitest';
import { fromHex } from '../encoding/hex.ts';
import {
  clampScalar,
  edwardsYFromU,
  groupOrder,
  isCanonicalFieldElement,
  isCanonicalScalar,
  isSmallOrderEdwards,
  isSmallOrderMontgomery,
  littleEndian32,
  readLittleEndian,
  uFromEdwardsY,
} from './curve25519.ts';

const p = 2n ** 255n - 19n;
const top = 2n ** 255n;

describe('Numbers in curve25519', () => {
  it('are little-endian', () => {
    expect(readLittleEndian(Uint8Array.of(1, 2, 3))).toBe(0x030201n);
    expect(readLittleEndian(littleEndian32(2n ** 256n - 2n))).toBe(2n ** 256n - 2n);
    expect(readLittleEndian(Uint8Array.of())).toBe(0n);
  });

  it('are field elements below p, whatever the top bit', () => {
    for (const value of [0n, 1n, p - 1n, p - 2n ** 240n, p - 256n, (p >> 1n) - 19n]) {
      expect(isCanonicalFieldElement(littleEndian32(value))).toBe(true);
      expect(isCanonicalFieldElement(littleEndian32(value + top))).toBe(true);
    }
    for (let value = p; value < top; value++) {
      expect(isCanonicalFieldElement(littleEndian32(value))).toBe(false);
      expect(isCanonicalFieldElement(littleEndian32(value + top))).toBe(false);
    }
    // All ones but for one bit of one byte: far below p.
    for (let bit = 8n; bit < 255n; bit++)
      expect(isCanonicalFieldElement(littleEndian32(top - 1n - 2n ** bit))).toBe(true);
  });

  it('are scalars below L', () => {
    for (const value of [0n, 1n, groupOrder - 1n, 2n ** 252n - 1n, 2n ** 252n])
      expect(isCanonicalScalar(littleEndian32(value))).toBe(true);
    for (const value of [groupOrder, groupOrder + 1n, 2n ** 253n, 2n ** 256n - 1n])
      expect(isCanonicalScalar(littleEndian32(value))).toBe(false);
  });

  it('are clamped as RFC 7748 says', () => {
    const ones = littleEndian32(2n ** 256n - 1n);

    expect(readLittleEndian(clampScalar(ones))).toBe(2n ** 255n - 8n);
    expect(readLittleEndian(clampScalar(littleEndian32(0n)))).toBe(2n ** 254n);
    expect(ones[0]).toBe(255);
  });
});

describe('Points of small order', () => {
  it('are known in both forms', () => {
    const order8 = [
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    ].map(fromHex);
    for (const u of [...[0n, 1n, p - 1n].map(littleEndian32), ...order8])
      expect(isSmallOrderMontgomery(u)).toBe(true);
    expect(isSmallOrderMontgomery(littleEndian32(9n))).toBe(false);
    const y8 = fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');
    for (const y of [...[0n, 1n, p - 1n].map(littleEndian32), y8]) {
      const negative = Uint8Array.from(y, (byte, i) => (i === 31 ? byte | 0x80 : byte));
      expect([isSmallOrderEdwards(y), isSmallOrderEdwards(negative)]).toEqual([true, true]);
    }
    expect(isSmallOrderEdwards(littleEndian32(4n))).toBe(false);
  });
});

describe('The two forms of a point', () => {
  it('turn into each other', () => {
    const base = fromHex(`58${'66'.repeat(31)}`);

    expect(uFromEdwardsY(base)).toEqual(littleEndian32(9n));
    expect(edwardsYFromU(littleEndian32(9n))).toEqual(base);
    const negative = Uint8Array.from(base, (byte, i) => (i === 31 ? byte | 0x80 : byte));
    expect(uFromEdwardsY(negative)).toEqual(littleEndian32(9n));
    for (const u of [2n, 3n, 123_456_789n, p - 2n])
      expect(uFromEdwardsY(edwardsYFromU(littleEndian32(u)))).toEqual(littleEndian32(u));
    expect(uFromEdwardsY(littleEndian32(1n))).toEqual(littleEndian32(0n));
    expect(edwardsYFromU(littleEndian32(0n))).toEqual(littleEndian32(p - 1n));
  });
});
