import { CryptoError } from '../errors.ts';

/** Refuses with `RangeError` what is not a whole number from 0 to `max`. */
export function assertCount(
  value: unknown,
  name: string,
  max = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  if (typeof value !== 'number')
    throw new TypeError(`${name}: expected number, got ${typeof value}`);
  if (!Number.isSafeInteger(value) || value < 0 || value > max) {
    throw new RangeError(`${name}: expected a whole number from 0 to ${max}`);
  }
}

function bigEndian(value: number, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let rest = value;
  for (let i = size - 1; i >= 0; i--) {
    out[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return out;
}

/** 16-bit big-endian. */
export function be16(value: number): Uint8Array {
  assertCount(value, 'be16', 0xffff);
  return bigEndian(value, 2);
}

/** 32-bit big-endian. */
export function be32(value: number): Uint8Array {
  assertCount(value, 'be32', 0xffff_ffff);
  return bigEndian(value, 4);
}

/** 64-bit big-endian of a whole number up to 2^53 − 1. */
export function be64(value: number): Uint8Array {
  assertCount(value, 'be64');
  return bigEndian(value, 8);
}

/** Reads big-endian bytes as a number; `bad_encoding` above 2^53 − 1. */
export function readBigEndian(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  if (!Number.isSafeInteger(value)) throw new CryptoError('bad_encoding');
  return value;
}
