/** Time-based one-time codes (RFC 6238) as every authenticator app makes them: SHA-1, six digits, 30 s. */
import { assertBytes } from '../encoding/bytes.ts';
import { assertCount, be64 } from '../encoding/integers.ts';
import { CryptoError } from '../errors.ts';
import { hmacSha1 } from '../primitives/hmac-sha1.ts';

const stepMs = 30_000;
const digits = 6;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The step that a time in milliseconds since 1970 falls in; codes change from step to step. */
export function totpStep(timeMs: number): number {
  assertCount(timeMs, 'timeMs');
  return Math.floor(timeMs / stepMs);
}

/** The six digits of a secret at a step (RFC 4226 §5.3). */
export function totpCode(secret: Uint8Array, step: number): string {
  assertBytes(secret, 'secret');
  assertCount(step, 'step');
  const digest = hmacSha1(secret, be64(step));
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
  const offset = view.getUint8(digest.length - 1) & 0x0f;
  const number = view.getUint32(offset) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/** The bytes of a secret as it is written in `otpauth` addresses: base32 without padding; `bad_encoding` otherwise. */
export function parseTotpSecret(text: string): Uint8Array {
  if (typeof text !== 'string') throw new TypeError(`text: expected string, got ${typeof text}`);
  const bytes: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) throw new CryptoError('bad_encoding', 'not base32');
    buffer = ((buffer << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((buffer >> bits) & 255);
  }
  return Uint8Array.from(bytes);
}
