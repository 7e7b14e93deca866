import { describe, expect, it } from 'vitest';
import { generateRefreshKey, parseRefreshToken, serializeRefreshToken } from './refresh-tokens.ts';

const sessionId = '0f8fad5b-d9cb-469f-a165-70867728950e';

describe('a refresh token', () => {
  it.each([0, 1, 127, 128, 300, 16_384, 2 ** 32, Number.MAX_SAFE_INTEGER])(
    'carries session and counter %d, and proves the key it was made under',
    (counter) => {
      const key = generateRefreshKey();

      const parsed = parseRefreshToken(serializeRefreshToken(sessionId, counter, key));

      expect(parsed).toMatchObject({ sessionId, counter });
      expect(parsed?.isAuthentic(key)).toBe(true);
      expect(parsed?.isAuthentic(generateRefreshKey())).toBe(false);
    },
  );

  it('is refused with any bit flipped', () => {
    const key = generateRefreshKey();
    const bytes = Buffer.from(serializeRefreshToken(sessionId, 300, key), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));

      const parsed = parseRefreshToken(flipped.toString('base64url'));

      expect([bit, parsed?.isAuthentic(key) ?? false]).toEqual([bit, false]);
    }
  });

  it('has one spelling only', () => {
    const token = serializeRefreshToken(sessionId, 1, generateRefreshKey());
    // 38 bytes are 51 characters with two bits to spare, which base64 decoders ignore.
    const sameBytes = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
      .map((last) => token.slice(0, -1) + last)
      .filter((other) => other !== token)
      .filter((other) => Buffer.from(other, 'base64url').equals(Buffer.from(token, 'base64url')));

    expect(sameBytes).toHaveLength(3);
    for (const other of [
      ...sameBytes,
      `${token}=`,
      ` ${token}`,
      `${token}A`,
      token.slice(0, -1),
      '',
      'x'.repeat(99),
    ]) {
      expect([other, parseRefreshToken(other)]).toEqual([other, undefined]);
    }
  });
});
