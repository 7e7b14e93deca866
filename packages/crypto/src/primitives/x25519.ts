import { x25519 as noble } from '@noble/curves/ed25519.js';
import { assertBytes, concatBytes, equalBytes } from '../encoding/bytes.ts';
import { toBase64Url } from '../encoding/base64.ts';
import { fromHex } from '../encoding/hex.ts';
import { CryptoError } from '../errors.ts';
import { nativeChoice } from './back-end.ts';
import { isCanonicalFieldElement, isSmallOrderMontgomery } from './curve25519.ts';
import type { NativeKey, Subtle } from './web-platform.ts';

/*
 * WebCrypto whenever it is there. 2 shared cores: an agreement takes 68 µs native and 997 µs noble in
 * Node 20.20 (456 µs native with the import of a PKCS #8 key), 40 and 306 µs in Chromium.
 */

/** PKCS #8 of an X25519 private key up to the key's 32 bytes (RFC 8410 §7). */
const pkcs8Prefix = fromHex('302e020100300506032b656e04220420');

const basePoint = Uint8Array.of(9, ...new Uint8Array(31));

/**
 * Without the public key a private key goes in as PKCS #8, with it as JWK: Node 20.20 takes 420 µs to
 * decode the one and 70 µs the other.
 */
async function importPrivate(
  subtle: Subtle,
  key: Uint8Array,
  publicKey: Uint8Array | undefined,
): Promise<NativeKey> {
  const usages = ['deriveBits'];
  if (!publicKey) {
    return subtle.importKey('pkcs8', concatBytes(pkcs8Prefix, key), 'X25519', false, usages);
  }
  const jwk = {
    kty: 'OKP',
    crv: 'X25519',
    d: toBase64Url(key),
    x: toBase64Url(publicKey),
  } as const;
  try {
    return await subtle.importKey('jwk', jwk, 'X25519', false, usages);
  } catch (cause) {
    throw new CryptoError('bad_key', 'the public key is not the private key\u2019s', { cause });
  }
}

async function nativeAgree(
  subtle: Subtle,
  key: NativeKey,
  publicKey: Uint8Array,
): Promise<Uint8Array> {
  const peer = await subtle.importKey('raw', publicKey, 'X25519', false, []);
  return new Uint8Array(await subtle.deriveBits({ name: 'X25519', public: peer }, key, 256));
}

const native = nativeChoice('X25519', async (subtle) => {
  const key = new Uint8Array(32).fill(1);
  const got = await nativeAgree(subtle, await importPrivate(subtle, key, undefined), basePoint);
  return equalBytes(got, noble.scalarMultBase(key));
});

/** Refuses with `bad_key` a public key that is not canonical or has low order. */
export function assertX25519PublicKey(publicKey: Uint8Array): void {
  assertBytes(publicKey, 'publicKey', 32);
  const canonical = ((publicKey[31] ?? 0) & 0x80) === 0 && isCanonicalFieldElement(publicKey);
  if (!canonical || isSmallOrderMontgomery(publicKey)) throw new CryptoError('bad_key');
}

/** An X25519 private key, imported at most once however many agreements it takes part in. */
export class X25519PrivateKey {
  readonly #bytes: Uint8Array;
  readonly #public: Uint8Array | undefined;
  #imported: Promise<NativeKey> | undefined;

  /** Giving the public key as well makes the import cheaper; it must be the right one. */
  constructor(privateKey: Uint8Array, publicKey?: Uint8Array) {
    assertBytes(privateKey, 'privateKey', 32);
    if (publicKey) assertBytes(publicKey, 'publicKey', 32);
    this.#bytes = Uint8Array.from(privateKey);
    this.#public = publicKey && Uint8Array.from(publicKey);
  }

  /** The 32-byte public key. */
  async publicKey(): Promise<Uint8Array> {
    const subtle = await native(true);
    if (!subtle) return noble.scalarMultBase(this.#bytes);
    return nativeAgree(subtle, await this.#import(subtle), basePoint);
  }

  /** The 32-byte shared secret; `bad_key` for a refused public key or an all-zero secret. */
  async agree(publicKey: Uint8Array): Promise<Uint8Array> {
    assertX25519PublicKey(publicKey);
    const subtle = await native(true);
    const secret = subtle
      ? await nativeAgree(subtle, await this.#import(subtle), publicKey)
      : noble.scalarMult(this.#bytes, publicKey);
    if (equalBytes(secret, new Uint8Array(32))) throw new CryptoError('bad_key');
    return secret;
  }

  #import(subtle: Subtle): Promise<NativeKey> {
    this.#imported ??= importPrivate(subtle, this.#bytes, this.#public);
    return this.#imported;
  }
}
