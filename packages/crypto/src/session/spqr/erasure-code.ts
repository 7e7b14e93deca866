/**
 * The Braid's erasure code: a message of N × 32 bytes is 16 polynomials of degree below N over GF(2^16), one for each
 * of the 16 big-endian symbols of a chunk; chunk i holds their values at x = i. The first N chunks are the message
 * itself, and any N chunks give it back (Lagrange).
 */
import { divide, multiply } from './gf65536.ts';

/** Bytes of a chunk. */
export const chunkBytes = 32;

/** One past the highest index of a chunk. */
export const chunkIndices = 65_536;

const symbols = chunkBytes / 2;

/** A chunk with its index. */
export interface Chunk {
  index: number;
  /** 32 bytes. */
  data: Uint8Array;
}

/** Chunks that a message of `length` bytes needs; its length is a multiple of 32. */
function chunksNeeded(length: number): number {
  return length / chunkBytes;
}

/** The Lagrange coefficients at `x` for the distinct places `xs`. */
function coefficientsAt(x: number, xs: readonly number[]): number[] {
  return xs.map((xi) => {
    let [numerator, denominator] = [1, 1];
    for (const xk of xs) {
      if (xk === xi) continue;
      numerator = multiply(numerator, x ^ xk);
      denominator = multiply(denominator, xi ^ xk);
    }
    return divide(numerator, denominator);
  });
}

function interpolate(x: number, chunks: readonly Chunk[]): Uint8Array {
  const known = chunks.find(({ index }) => index === x);
  if (known) return Uint8Array.from(known.data);
  const coefficients = coefficientsAt(
    x,
    chunks.map(({ index }) => index),
  );
  const out = new Uint8Array(chunkBytes);
  for (let symbol = 0; symbol < symbols; symbol++) {
    let value = 0;
    for (const [i, { data }] of chunks.entries()) {
      const y = ((data[2 * symbol] ?? 0) << 8) | (data[2 * symbol + 1] ?? 0);
      value ^= multiply(coefficients[i] ?? 0, y);
    }
    out[2 * symbol] = value >> 8;
    out[2 * symbol + 1] = value & 0xff;
  }
  return out;
}

/** Chunk `index` (0 to 65,535) of a message whose length is a multiple of 32. */
export function encodeChunk(message: Uint8Array, index: number): Chunk {
  const count = chunksNeeded(message.length);
  const systematic = Array.from({ length: count }, (_, i) => ({
    index: i,
    data: message.subarray(i * chunkBytes, (i + 1) * chunkBytes),
  }));
  return { index, data: interpolate(index, systematic) };
}

/** The chunks with one more; those already there, and more than are needed, change nothing. */
export function addChunk(chunks: readonly Chunk[], chunk: Chunk, length: number): Chunk[] {
  const enough = chunks.length >= chunksNeeded(length);
  if (enough || chunks.some(({ index }) => index === chunk.index)) return [...chunks];
  return [...chunks, chunk];
}

/** The message of `length` bytes once there are enough chunks, else nothing. */
export function decodeChunks(chunks: readonly Chunk[], length: number): Uint8Array | undefined {
  const count = chunksNeeded(length);
  if (chunks.length < count) return undefined;
  const used = chunks.slice(0, count);
  const out = new Uint8Array(length);
  for (let i = 0; i < count; i++) out.set(interpolate(i, used), i * chunkBytes);
  return out;
}
