import { CryptoError } from '../errors.ts';
import { assertBytes } from './bytes.ts';

const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  assertBytes(bytes, 'bytes');
  let out = '';
  for (const byte of bytes) out += pairs[byte];
  return out;
}

/** Bytes of hexadecimal of either case; `bad_encoding` on anything else. */
export function fromHex(hex: string): Uint8Array {
  if (typeof hex !== 'string') throw new TypeError(`hex: expected string, got ${typeof hex}`);
  if (hex.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(hex)) {
    throw new CryptoError('bad_encoding', 'malformed hexadecimal');
  }
  const out = new Uint8Array(hex.length / 2);
  for (let i = 0; i < out.length; i++) {
    out[i] = (digit(hex.charCodeAt(2 * i)) << 4) | digit(hex.charCodeAt(2 * i + 1));
  }
  return out;
}

/** The value of a hexadecimal digit's character code: '0' is 0x30, 'A' 0x41, 'a' 0x61. */
function digit(code: number): number {
  return code < 0x40 ? code - 0x30 : (code & 0x1f) + 9;
}
