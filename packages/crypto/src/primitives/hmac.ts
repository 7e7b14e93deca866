import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { assertBytes, equalBytes } from '../encoding/bytes.ts';
import { nativeChoice, onEither } from './back-end.ts';
import type { Subtle } from './web-platform.ts';

/**
 * From this size WebCrypto is taken. 2 shared cores, key import included, noble and native in µs: 1 KiB 11
 * and 63 in Node 20.20, 20 and 9 in Chromium; 4 KiB 31 and 60, 59 and 10; 16 KiB 105 and 80, 217 and 18.
 */
const hmacNativeFromBytes = 4_096;

async function nativeHmac(
  subtle: Subtle,
  key: Uint8Array,
  message: Uint8Array,
): Promise<Uint8Array> {
  // WebCrypto refuses empty keys; HMAC pads every short key with zeros, so 32 of them are the same key.
  const material = key.length > 0 ? key : new Uint8Array(32);
  const imported = await subtle.importKey(
    'raw',
    material,
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  return new Uint8Array(await subtle.sign('HMAC', imported, message));
}

const native = nativeChoice('HMAC', async (subtle) => {
  const key = new Uint8Array(32).fill(1);
  return equalBytes(await nativeHmac(subtle, key, key), hmac(sha256, key, key));
});

/** HMAC-SHA-256, 32 bytes (RFC 2104). */
export async function hmacSha256(key: Uint8Array, message: Uint8Array): Promise<Uint8Array> {
  assertBytes(key, 'key');
  assertBytes(message, 'message');
  const subtle = await native(message.length >= hmacNativeFromBytes);
  return onEither(
    subtle,
    (on) => nativeHmac(on, key, message),
    () => hmac(sha256, key, message),
  );
}
