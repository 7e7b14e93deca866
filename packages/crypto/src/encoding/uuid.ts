import { CryptoError } from '../errors.ts';
import { fromHex, toHex } from './hex.ts';
import { assertBytes } from './bytes.ts';

const canonical = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * The 16 bytes of a canonical lower-case UUID.
 *
 * Ids enter authenticated strings only in this form, so separators, look-alikes and other spellings
 * cannot give one id two encodings. Throws `bad_encoding` on every other text.
 */
export function uuidBytes(uuid: string): Uint8Array {
  if (typeof uuid !== 'string') throw new TypeError(`uuid: expected string, got ${typeof uuid}`);
  if (!canonical.test(uuid)) throw new CryptoError('bad_encoding', 'not a canonical UUID');
  return fromHex(uuid.replaceAll('-', ''));
}

/** The canonical text of a UUID's 16 bytes. */
export function uuidFromBytes(bytes: Uint8Array): string {
  assertBytes(bytes, 'bytes', 16);
  const hex = toHex(bytes);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
