/** HKDF-SHA-256 (RFC 5869), whole and as its two steps, which HPKE needs apart. */
import { expand, extract, hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { assertBytes, concatBytes, equalBytes } from '../encoding/bytes.ts';
import { assertCount } from '../encoding/integers.ts';
import { nativeChoice, onEither } from './back-end.ts';
import { hmacSha256 } from './hmac.ts';
import type { Subtle } from './web-platform.ts';

/**
 * From this many bytes of input and output together WebCrypto is faster. Node 20.20, 2 shared cores:
 * 64 bytes out 15 µs noble, 69 native; 1,024 bytes out 92 and 76. All uses of this product are short.
 */
const hkdfNativeFromBytes = 1_024;

const maximumLength = 255 * 32;

/** Inputs of {@link hkdfSha256}; an empty salt means 32 zero bytes, as RFC 5869 says. */
export interface HkdfInput {
  ikm: Uint8Array;
  salt: Uint8Array;
  info: Uint8Array;
  /** Bytes wanted, 1 to 8,160. */
  length: number;
}

async function nativeHkdf(
  subtle: Subtle,
  { ikm, salt, info, length }: HkdfInput,
): Promise<Uint8Array> {
  const key = await subtle.importKey('raw', ikm, 'HKDF', false, ['deriveBits']);
  const bits = await subtle.deriveBits(
    { name: 'HKDF', hash: 'SHA-256', salt, info },
    key,
    length * 8,
  );
  return new Uint8Array(bits);
}

const native = nativeChoice('HKDF', async (subtle) => {
  const one = new Uint8Array(32).fill(1);
  const expected = hkdf(sha256, one, one, one, 42);
  return equalBytes(
    await nativeHkdf(subtle, { ikm: one, salt: one, info: one, length: 42 }),
    expected,
  );
});

function assertLength(length: unknown): asserts length is number {
  assertCount(length, 'length', maximumLength);
  if (length === 0) throw new RangeError('length: expected at least 1');
}

/** HKDF-SHA-256, extract and expand. */
export async function hkdfSha256(input: HkdfInput): Promise<Uint8Array> {
  const { ikm, salt, info, length } = input;
  assertBytes(ikm, 'ikm');
  assertBytes(salt, 'salt');
  assertBytes(info, 'info');
  assertLength(length);
  const subtle = await native(ikm.length + info.length + length >= hkdfNativeFromBytes);
  return onEither(
    subtle,
    (on) => nativeHkdf(on, input),
    () => hkdf(sha256, ikm, salt, info, length),
  );
}

/** HKDF-Extract: the 32-byte pseudorandom key. */
export async function hkdfExtract(salt: Uint8Array, ikm: Uint8Array): Promise<Uint8Array> {
  assertBytes(salt, 'salt');
  assertBytes(ikm, 'ikm');
  if (await native(ikm.length >= hkdfNativeFromBytes)) return hmacSha256(salt, ikm);
  return extract(sha256, ikm, salt);
}

/** HKDF-Expand from a 32-byte pseudorandom key. */
export async function hkdfExpand(
  prk: Uint8Array,
  info: Uint8Array,
  length: number,
): Promise<Uint8Array> {
  assertBytes(prk, 'prk', 32);
  assertBytes(info, 'info');
  assertLength(length);
  // WebCrypto has no separate expand step; one HMAC a block is its definition.
  if (!(await native(info.length + length >= hkdfNativeFromBytes)))
    return expand(sha256, prk, info, length);
  const blocks: Uint8Array[] = [];
  let previous: Uint8Array = new Uint8Array(0);
  for (let index = 1; blocks.length * 32 < length; index++) {
    previous = await hmacSha256(prk, concatBytes(previous, info, Uint8Array.of(index)));
    blocks.push(previous);
  }
  return concatBytes(...blocks).slice(0, length);
}
