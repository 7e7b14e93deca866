import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addChunk, chunkIndices, decodeChunks, encodeChunk, type Chunk } from './erasure-code.ts';
import { divide, multiply } from './gf65536.ts';

/** Multiplication by its definition: shift, add, reduce. */
function slowMultiply(a: number, b: number): number {
  let product = 0;
  for (let i = 0; i < 16; i++) if ((b >> i) & 1) product ^= a * 2 ** i;
  for (let i = 31; i >= 16; i--) if ((product >>> i) & 1) product ^= 0x1100b << (i - 16);
  return product;
}

const element = fc.nat({ max: 0xfffe });

describe('GF(2^16)', () => {
  it('multiplies modulo 0x1100b and divides back', () => {
    fc.assert(
      fc.property(element, element, (a, b) => {
        expect(multiply(a, b)).toBe(slowMultiply(a, b));
        expect(divide(multiply(a, b + 1), b + 1)).toBe(a);
      }),
      { numRuns: 2_000 },
    );
    expect(() => divide(1, 0)).toThrow(RangeError);
  });
});

describe('The erasure code', () => {
  it('begins with the message itself', () => {
    const message = Uint8Array.from({ length: 96 }, (_, i) => i);
    expect(encodeChunk(message, 1).data).toEqual(message.slice(32, 64));
  });

  it('gives the message back from any N distinct chunks, and from no fewer', () => {
    const indices = fc.uniqueArray(fc.nat({ max: chunkIndices - 1 }), {
      minLength: 30,
      maxLength: 30,
    });
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 960, maxLength: 960 }), indices, (message, places) => {
        let chunks: Chunk[] = [];
        for (const index of places) {
          expect(decodeChunks(chunks, 960)).toBeUndefined();
          const chunk = encodeChunk(message, index);
          chunks = addChunk(addChunk(chunks, chunk, 960), chunk, 960);
        }
        expect(chunks).toHaveLength(30);
        expect(decodeChunks(chunks, 960)).toEqual(message);
        expect(addChunk(chunks, encodeChunk(message, 5), 960)).toHaveLength(30);
      }),
      { numRuns: 20 },
    );
  });
});
