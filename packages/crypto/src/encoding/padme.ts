/**
 * Padmé padding (Nikitin et al., PoPETs 2019): lengths keep O(log log n) bits, at most 12 % longer.
 * Layout: content ‖ 0x80 ‖ zeros, up to padmeLength(content + 1), at least 32 bytes. It is always
 * inside the encryption; decoding accepts only the one padding that encoding makes.
 */
import { CryptoError } from '../errors.ts';
import { assertBytes } from './bytes.ts';

/** Shorter contents all look alike. */
const minimumLength = 32;

/** The padded length for `length` bytes, marker included. */
export function padmeLength(length: number): number {
  if (length <= minimumLength) return minimumLength;
  const exponent = Math.floor(Math.log2(length));
  const kept = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** (exponent - kept);
  return Math.ceil(length / step) * step;
}

/** Pads `content`. */
export function padmePad(content: Uint8Array): Uint8Array {
  assertBytes(content, 'content');
  const out = new Uint8Array(padmeLength(content.length + 1));
  out.set(content);
  out[content.length] = 0x80;
  return out;
}

/** Removes the padding; `bad_encoding` unless it is exactly what {@link padmePad} makes. */
export function padmeUnpad(padded: Uint8Array): Uint8Array {
  let marker = padded.length - 1;
  while (padded[marker] === 0) marker--;
  if (padded[marker] !== 0x80 || padmeLength(marker + 1) !== padded.length) {
    throw new CryptoError('bad_encoding', 'bad padding');
  }
  return padded.slice(0, marker);
}
