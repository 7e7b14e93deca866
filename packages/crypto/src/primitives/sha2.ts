import { sha256 as nobleSha256, sha512 as nobleSha512 } from '@noble/hashes/sha2.js';
import { assertBytes, equalBytes } from '../encoding/bytes.ts';
import { nativeChoice, onEither } from './back-end.ts';

/**
 * From this size WebCrypto is taken. 2 shared cores, noble and native in µs: SHA-256 of 1 KiB 9 and 22 in
 * Node 20.20, 15 and 4 in Chromium; of 4 KiB 27 and 37 in Node, 55 and 6 in Chromium. A native call in
 * Node costs 20–36 µs whatever its size, in Chromium about 3.
 */
const sha256NativeFromBytes = 2_048;

/** SHA-512 of 1 KiB 27 and 36 µs in Node, 13 and 5 in Chromium; of 4 KiB 60 and 40, 45 and 15. */
const sha512NativeFromBytes = 2_048;

const probeDigest = (algorithm: 'SHA-256' | 'SHA-512', expected: () => Uint8Array) =>
  nativeChoice(algorithm, async (subtle) =>
    equalBytes(new Uint8Array(await subtle.digest(algorithm, new Uint8Array(3))), expected()),
  );

const native256 = probeDigest('SHA-256', () => nobleSha256(new Uint8Array(3)));
const native512 = probeDigest('SHA-512', () => nobleSha512(new Uint8Array(3)));

/** SHA-256, 32 bytes (FIPS 180-4). */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  assertBytes(bytes, 'bytes');
  const subtle = await native256(bytes.length >= sha256NativeFromBytes);
  return onEither(
    subtle,
    async (on) => new Uint8Array(await on.digest('SHA-256', bytes)),
    () => nobleSha256(bytes),
  );
}

/** SHA-512, 64 bytes (FIPS 180-4). */
export async function sha512(bytes: Uint8Array): Promise<Uint8Array> {
  assertBytes(bytes, 'bytes');
  const subtle = await native512(bytes.length >= sha512NativeFromBytes);
  return onEither(
    subtle,
    async (on) => new Uint8Array(await on.digest('SHA-512', bytes)),
    () => nobleSha512(bytes),
  );
}

/** SHA-256 of a short input without a promise, for checksums. */
export function sha256Short(bytes: Uint8Array): Uint8Array {
  return nobleSha256(bytes);
}

/** SHA-512 of a short input without a promise: 5,200 in a row would cost 0.2 s in native calls. */
export function sha512Short(bytes: Uint8Array): Uint8Array {
  return nobleSha512(bytes);
}
