/** Base58Check: base 58 of payload ‖ the first 4 bytes of SHA-256(SHA-256(payload)). */
import { assertBytes, concatBytes, equalBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { sha256Short } from '../primitives/sha2.ts';

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Conversion takes quadratic time; a credential bundle has some 116 characters. */
const maximumCharacters = 512;

const checksum = (payload: Uint8Array): Uint8Array =>
  sha256Short(sha256Short(payload)).subarray(0, 4);

/** Multiplies big-endian digits of base `to` by `from` and adds `carry`; a longer number if needed. */
function multiplyAdd(digits: number[], from: number, to: number, carry: number): void {
  let rest = carry;
  for (let i = digits.length - 1; i >= 0; i--) {
    rest += (digits[i] ?? 0) * from;
    digits[i] = rest % to;
    rest = Math.floor(rest / to);
  }
  while (rest > 0) {
    digits.unshift(rest % to);
    rest = Math.floor(rest / to);
  }
}

/** Writes up to 256 bytes; a leading zero byte becomes a leading 1. */
export function toBase58Check(payload: Uint8Array): string {
  assertBytes(payload, 'payload');
  if (payload.length > 256) throw new CryptoError('too_large');
  const bytes = concatBytes(payload, checksum(payload));
  // A checksum of zeros is not all zeros: there is always another byte.
  const zeros = bytes.findIndex((byte) => byte !== 0);
  const digits: number[] = [];
  for (const byte of bytes) multiplyAdd(digits, 256, 58, byte);
  const leading = alphabet.charAt(0).repeat(zeros);
  return leading + digits.map((digit) => alphabet.charAt(digit)).join('');
}

/** Reads what {@link toBase58Check} wrote; `bad_encoding` for anything else. */
export function fromBase58Check(text: string): Uint8Array {
  if (typeof text !== 'string') throw new TypeError(`text: expected string, got ${typeof text}`);
  if (text.length > maximumCharacters) throw new CryptoError('bad_encoding', 'too long');
  const digits: number[] = [];
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) throw new CryptoError('bad_encoding', 'malformed base 58');
    multiplyAdd(digits, 58, 256, value);
  }
  const zeros = text.length - text.replace(/^1+/, '').length;
  const bytes = concatBytes(new Uint8Array(zeros), Uint8Array.from(digits));
  const payload = bytes.slice(0, -4);
  if (!equalBytes(checksum(payload), bytes.subarray(-4))) {
    throw new CryptoError('bad_encoding', 'wrong checksum');
  }
  return payload;
}
