import { pbkdf2, pbkdf2Async } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { assertBytes, equalBytes } from '../encoding/bytes.ts';
import { assertCount } from '../encoding/integers.ts';
import { nativeChoice, onEither } from './back-end.ts';
import type { Subtle } from './web-platform.ts';

/**
 * From this many iterations WebCrypto is faster. Node 20.20, 2 shared cores: 50 iterations 66 µs
 * noble, 73 native; 100 give 125 and 80; 1,000 give 1,200 and 242. Chromium: 100 iterations 236 and 51.
 */
const pbkdf2NativeFromIterations = 64;

/** Inputs of {@link pbkdf2Sha256}. */
export interface Pbkdf2Input {
  password: Uint8Array;
  salt: Uint8Array;
  iterations: number;
  /** Bytes wanted. */
  length: number;
}

async function nativePbkdf2(
  subtle: Subtle,
  { password, salt, iterations, length }: Pbkdf2Input,
): Promise<Uint8Array> {
  const key = await subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
  const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations } as const;
  return new Uint8Array(await subtle.deriveBits(algorithm, key, length * 8));
}

const native = nativeChoice('PBKDF2', async (subtle) => {
  const one = new Uint8Array(32).fill(1);
  const got = await nativePbkdf2(subtle, { password: one, salt: one, iterations: 2, length: 32 });
  return equalBytes(got, pbkdf2(sha256, one, one, { c: 2, dkLen: 32 }));
});

/**
 * PBKDF2-HMAC-SHA-256 (RFC 8018) with any iteration count; the callers refuse weak ones.
 *
 * The noble path gives the thread back every 10 ms.
 */
export async function pbkdf2Sha256(input: Pbkdf2Input): Promise<Uint8Array> {
  const { password, salt, iterations, length } = input;
  assertBytes(password, 'password');
  assertBytes(salt, 'salt');
  assertCount(iterations, 'iterations', 0xffff_ffff);
  assertCount(length, 'length', 0xffff);
  const subtle = await native(iterations >= pbkdf2NativeFromIterations);
  return onEither(
    subtle,
    (on) => nativePbkdf2(on, input),
    () => pbkdf2Async(sha256, password, salt, { c: iterations, dkLen: length, asyncTick: 10 }),
  );
}
