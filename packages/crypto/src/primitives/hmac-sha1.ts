import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { assertBytes } from '../encoding/bytes.ts';

/** HMAC-SHA-1, 20 bytes (RFC 2104): for one-time codes alone, because authenticator apps know no other hash. */
export function hmacSha1(key: Uint8Array, message: Uint8Array): Uint8Array {
  assertBytes(key, 'key');
  assertBytes(message, 'message');
  return hmac(sha1, key, message);
}
