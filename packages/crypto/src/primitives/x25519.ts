import { x25519 as noble } from '@noble/curves/ed25519.js';
import { assertBytes, concatBytes, equalBytes } from '../encoding/bytes.ts';
import { fromBase64Url, toBase64Url } from '../encoding/base64.ts';
import { fromHex } from '../encoding/hex.ts';
import { CryptoError } from '../errors.ts';
import { nativeChoice, onEither } from './back-end.ts';
import { HeldImport } from './held-import.ts';
import { clampScalar, isCanonicalFieldElement, isSmallOrderMontgomery } from './curve25519.ts';
import { perKeyCache } from './per-key-cache.ts';
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
    // The one name for a pair that is none; other failures are the engine's.
    if (!(cause instanceof Error) || cause.name !== 'DataError') throw cause;
    throw new CryptoError('bad_key', 'the public key is not the private key\u2019s', { cause });
  }
}

const importPublic = (subtle: Subtle, publicKey: Uint8Array): Promise<NativeKey> =>
  subtle.importKey('raw', publicKey, 'X25519', false, []);

async function nativeAgree(subtle: Subtle, key: NativeKey, peer: NativeKey): Promise<Uint8Array> {
  return new Uint8Array(await subtle.deriveBits({ name: 'X25519', public: peer }, key, 256));
}

/** The base point times 0x01 in all 32 bytes, clamped. */
const knownProduct = fromHex('a4e09292b651c278b9772c569f5fa9bb13d906b46ab68c9df9dc2b4409f8a209');

const native = nativeChoice('X25519', async (subtle) => {
  const key = new Uint8Array(32).fill(1);
  const imported = await importPrivate(subtle, key, undefined);
  const got = await nativeAgree(subtle, imported, await importPublic(subtle, basePoint));
  return equalBytes(got, knownProduct);
});

/** Refuses with `bad_key` a public key that is not canonical or has low order. */
function assertX25519PublicKey(publicKey: Uint8Array): void {
  assertBytes(publicKey, 'publicKey', 32);
  const canonical = ((publicKey[31] ?? 0) & 0x80) === 0 && isCanonicalFieldElement(publicKey);
  if (!canonical || isSmallOrderMontgomery(publicKey)) throw new CryptoError('bad_key');
}

/** An X25519 public key, judged and imported once however many agreements it takes part in. */
export class X25519PublicKey {
  /** 32 bytes. */
  readonly bytes: Uint8Array;
  readonly #imported = new HeldImport<NativeKey>();

  /** `bad_key` for a refused key. */
  constructor(publicKey: Uint8Array) {
    assertX25519PublicKey(publicKey);
    this.bytes = Uint8Array.from(publicKey);
  }

  /** The key in WebCrypto. */
  imported(subtle: Subtle): Promise<NativeKey> {
    return this.#imported.get(() => importPublic(subtle, this.bytes));
  }
}

const publicKeys = perKeyCache<X25519PublicKey>();

/** The public key of an array, judged and imported once for as long as the caller keeps that array; `bad_key`. */
export function heldX25519PublicKey(publicKey: Uint8Array): X25519PublicKey {
  assertBytes(publicKey, 'publicKey', 32);
  return publicKeys(publicKey, '', () => new X25519PublicKey(publicKey));
}

/** What agreements are made with: bytes for one, a key that is held for several. */
type Peer = Uint8Array | X25519PublicKey;

const peerOf = (peer: Peer): X25519PublicKey =>
  peer instanceof X25519PublicKey ? peer : new X25519PublicKey(peer);

async function agreeWith(
  subtle: Subtle,
  key: NativeKey,
  publicKey: X25519PublicKey,
): Promise<Uint8Array> {
  return notZero(await nativeAgree(subtle, key, await publicKey.imported(subtle)));
}

function notZero(secret: Uint8Array): Uint8Array {
  if (equalBytes(secret, new Uint8Array(32))) throw new CryptoError('bad_key');
  return secret;
}

/** An X25519 private key, imported at most once however many agreements it takes part in. */
export class X25519PrivateKey {
  readonly #bytes: Uint8Array;
  readonly #public: Uint8Array | undefined;
  readonly #imported: HeldImport<NativeKey>;
  #isChecked = false;

  /** Giving the public key as well makes the import cheaper; with a wrong one nothing can be made: `bad_key`. */
  constructor(privateKey: Uint8Array, publicKey?: Uint8Array, imported?: NativeKey) {
    assertBytes(privateKey, 'privateKey', 32);
    if (publicKey) assertBytes(publicKey, 'publicKey', 32);
    this.#bytes = Uint8Array.from(privateKey);
    this.#public = publicKey && Uint8Array.from(publicKey);
    this.#imported = new HeldImport(imported);
  }

  /** The 32-byte public key. */
  async publicKey(): Promise<Uint8Array> {
    const subtle = await native(true);
    return onEither(
      subtle,
      async (on) => nativeAgree(on, await this.#import(on), await importPublic(on, basePoint)),
      () => this.#checked() ?? noble.scalarMultBase(this.#bytes),
    );
  }

  /** The 32-byte shared secret; `bad_key` for a refused public key or an all-zero secret. */
  async agree(publicKey: Peer): Promise<Uint8Array> {
    const peer = peerOf(publicKey);
    const subtle = await native(true);
    return onEither(
      subtle,
      async (on) => agreeWith(on, await this.#import(on), peer),
      () => {
        this.#checked();
        return notZero(noble.scalarMult(this.#bytes, peer.bytes));
      },
    );
  }

  #import(subtle: Subtle): Promise<NativeKey> {
    return this.#imported.get(() => importPrivate(subtle, this.#bytes, this.#public));
  }

  /** The public key that was given, compared with the private key once; WebCrypto does that at import. */
  #checked(): Uint8Array | undefined {
    if (this.#public && !this.#isChecked) {
      if (!equalBytes(noble.scalarMultBase(this.#bytes), this.#public)) {
        throw new CryptoError('bad_key', 'the public key is not the private key\u2019s');
      }
      this.#isChecked = true;
    }
    return this.#public && Uint8Array.from(this.#public);
  }
}

const privateKeys = perKeyCache<X25519PrivateKey>();

/** The private key of an array, made and imported once for as long as the caller keeps that array. */
export function heldX25519PrivateKey(
  privateKey: Uint8Array,
  publicKey?: Uint8Array,
): X25519PrivateKey {
  assertBytes(privateKey, 'privateKey', 32);
  return hold(privateKey, publicKey, () => new X25519PrivateKey(privateKey, publicKey));
}

/** A wrong public key must not stand for the right one in a later call: it is part of the name. */
const hold = (
  privateKey: Uint8Array,
  publicKey: Uint8Array | undefined,
  make: () => X25519PrivateKey,
): X25519PrivateKey => privateKeys(privateKey, publicKey ? toBase64Url(publicKey) : '', make);

/** A key for one agreement. */
export interface EphemeralX25519 {
  /** 32 bytes. */
  publicKey: Uint8Array;
  /** The 32-byte shared secret; `bad_key` for a refused public key. */
  agree(publicKey: Peer): Promise<Uint8Array>;
}

/** A fresh key whose private half never leaves WebCrypto; nothing where X25519 runs on noble. */
export async function generateEphemeralX25519(): Promise<EphemeralX25519 | undefined> {
  const subtle = await native(true);
  if (!subtle) return undefined;
  const pair = await subtle.generateKey('X25519', false, ['deriveBits']);
  // As JWK: Node 20.20 takes 1 µs for it, 42 µs for the raw form.
  const { x } = await subtle.exportKey('jwk', pair.publicKey);
  if (x === undefined) throw new Error('WebCrypto exported no key');
  return {
    publicKey: fromBase64Url(x),
    agree: async (publicKey) => agreeWith(subtle, pair.privateKey, peerOf(publicKey)),
  };
}

/** A fresh key pair, 32 bytes each, drawn and held by WebCrypto; nothing where X25519 runs on noble. */
export async function generateX25519KeyPair(): Promise<
  { privateKey: Uint8Array; publicKey: Uint8Array } | undefined
> {
  const subtle = await native(true);
  if (!subtle) return undefined;
  const pair = await subtle.generateKey('X25519', true, ['deriveBits']);
  const { d, x } = await subtle.exportKey('jwk', pair.privateKey);
  if (d === undefined || x === undefined) throw new Error('WebCrypto exported no key');
  const privateKey = clampScalar(fromBase64Url(d));
  const publicKey = fromBase64Url(x);
  hold(privateKey, publicKey, () => new X25519PrivateKey(privateKey, publicKey, pair.privateKey));
  return { privateKey, publicKey };
}
