import { gcm } from '@noble/ciphers/aes.js';
import { assertBytes, equalBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { nativeChoice, onEither } from './back-end.ts';
import { HeldImport } from './held-import.ts';
import type { NativeKey, Subtle } from './web-platform.ts';

/** Bytes of the nonce; other sizes are not offered. */
export const gcmNonceBytes = 12;
/** Bytes of the tag at the end of every ciphertext. */
export const gcmTagBytes = 16;

/**
 * From this size WebCrypto is taken. 2 shared cores, key imported once, noble and native in µs: 32 bytes 30
 * and 22–60 in Node 20.20, 30 and 6 in Chromium; 128 bytes 28 and 18, 23 and 5; 1 KiB 53 and 26, 46 and 7.
 *
 * For one message under a fresh key: 32 and 230 bytes 17 and 45–80 in Node, 30 and 11 in Chromium; 1 KiB 33 and 50–80,
 * 46 and 12.
 */
const aesGcmNativeFromBytes = { once: 512, often: 32 };

const importNative = (subtle: Subtle, key: Uint8Array): Promise<NativeKey> =>
  subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']);

const native = nativeChoice('AES-GCM', async (subtle) => {
  const one = new Uint8Array(32).fill(1);
  const iv = one.subarray(0, gcmNonceBytes);
  const algorithm = { name: 'AES-GCM', iv, additionalData: one } as const;
  const got = await subtle.encrypt(algorithm, await importNative(subtle, one), one);
  return equalBytes(new Uint8Array(got), gcm(one, iv, one).encrypt(one));
});

/**
 * An AES-128 or AES-256 key for GCM (SP 800-38D) with 96-bit nonces and 128-bit tags.
 *
 * GCM does not commit to its key and breaks under nonce reuse: callers commit to keys and draw nonces
 * at random. The key is copied in.
 */
export class AesGcmKey {
  readonly #bytes: Uint8Array;
  readonly #nativeFromBytes: number;
  readonly #imported = new HeldImport<NativeKey>();

  /** `use` says whether importing the key pays. */
  constructor(key: Uint8Array, use: 'once' | 'often' = 'often') {
    assertBytes(key, 'key');
    if (key.length !== 16 && key.length !== 32)
      throw new RangeError('key: expected 16 or 32 bytes');
    this.#bytes = Uint8Array.from(key);
    this.#nativeFromBytes = aesGcmNativeFromBytes[use];
  }

  /** Ciphertext ‖ tag. */
  async seal(nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Promise<Uint8Array> {
    assertBytes(nonce, 'nonce', gcmNonceBytes);
    assertBytes(aad, 'aad');
    assertBytes(plaintext, 'plaintext');
    const subtle = await native(plaintext.length >= this.#nativeFromBytes);
    const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: aad } as const;
    return onEither(
      subtle,
      async (on) => new Uint8Array(await on.encrypt(algorithm, await this.#import(on), plaintext)),
      () => gcm(this.#bytes, nonce, aad).encrypt(plaintext),
    );
  }

  /** The plaintext, or `open_failed`. */
  async open(nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Promise<Uint8Array> {
    assertBytes(nonce, 'nonce', gcmNonceBytes);
    assertBytes(aad, 'aad');
    assertBytes(ciphertext, 'ciphertext');
    if (ciphertext.length < gcmTagBytes) throw new CryptoError('open_failed');
    const subtle = await native(ciphertext.length - gcmTagBytes >= this.#nativeFromBytes);
    const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: aad } as const;
    try {
      // WebCrypto names a wrong tag and a failure of its own alike: noble has the last word.
      return await onEither(
        subtle,
        async (on) =>
          new Uint8Array(await on.decrypt(algorithm, await this.#import(on), ciphertext)),
        () => gcm(this.#bytes, nonce, aad).decrypt(ciphertext),
      );
    } catch {
      throw new CryptoError('open_failed');
    }
  }

  #import(subtle: Subtle): Promise<NativeKey> {
    return this.#imported.get(() => importNative(subtle, this.#bytes));
  }
}
