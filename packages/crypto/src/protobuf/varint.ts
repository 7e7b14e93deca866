import { CryptoError } from '../errors.ts';

/** The base-128 encoding of a whole number up to 2^53 − 1, lowest group first. */
export function encodeVarint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('varint: not a whole number');
  const out: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    out.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
  return Uint8Array.from(out);
}

/**
 * Reads a varint at `offset`; `bad_encoding` where it is cut off, longer than ten bytes, or above
 * 2^53 − 1. Longer spellings of a number are accepted, as protocol buffers do.
 */
export function readVarint(bytes: Uint8Array, offset: number): { value: number; end: number } {
  const read = skimVarint(bytes, offset);
  if (!Number.isSafeInteger(read.value)) throw new CryptoError('bad_encoding', 'varint too large');
  return read;
}

/** {@link readVarint} for a field that may be unknown: larger numbers are infinite, not refused. */
export function skimVarint(bytes: Uint8Array, offset: number): { value: number; end: number } {
  let value = 0;
  let scale = 1;
  for (let end = offset; end < bytes.length && end < offset + 10; end++) {
    const byte = bytes[end] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value: Number.isSafeInteger(value) ? value : Infinity, end: end + 1 };
    scale *= 0x80;
  }
  throw new CryptoError('bad_encoding', 'varint cut off');
}
