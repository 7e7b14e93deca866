import { cbc } from '@noble/ciphers/aes.js';
import { assertBytes, equalBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { nativeChoice, onEither } from './back-end.ts';
import type { NativeKey, Subtle } from './web-platform.ts';

/** Bytes of the initialisation vector and of a block. */
const cbcBlockBytes = 16;

/**
 * From this size WebCrypto is taken. Node 20.20, 2 shared cores, key import included, noble and native in
 * µs: 64 bytes 4 and 33; 1 KiB 14 and 25; 4 KiB 45 and 29; 16 KiB 262 and 57.
 */
const aesCbcNativeFromBytes = 3_072;

const importNative = (subtle: Subtle, key: Uint8Array): Promise<NativeKey> =>
  subtle.importKey('raw', key, 'AES-CBC', false, ['encrypt', 'decrypt']);

const native = nativeChoice('AES-CBC', async (subtle) => {
  const one = new Uint8Array(32).fill(1);
  const iv = one.subarray(0, cbcBlockBytes);
  const got = await subtle.encrypt({ name: 'AES-CBC', iv }, await importNative(subtle, one), one);
  return equalBytes(new Uint8Array(got), cbc(one, iv).encrypt(one));
});

function assertKey(key: unknown): asserts key is Uint8Array {
  assertBytes(key, 'key');
  if (key.length !== 16 && key.length !== 32) throw new RangeError('key: expected 16 or 32 bytes');
}

/**
 * AES-CBC with PKCS #7 padding (SP 800-38A), AES-128 or AES-256, for Signal's messages.
 *
 * CBC authenticates nothing: a MAC over the ciphertext must have been made, or checked, by the caller.
 */
export async function aesCbcEncrypt(
  key: Uint8Array,
  iv: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  assertKey(key);
  assertBytes(iv, 'iv', cbcBlockBytes);
  assertBytes(plaintext, 'plaintext');
  const subtle = await native(plaintext.length >= aesCbcNativeFromBytes);
  const algorithm = { name: 'AES-CBC', iv } as const;
  return onEither(
    subtle,
    async (on) =>
      new Uint8Array(await on.encrypt(algorithm, await importNative(on, key), plaintext)),
    () => cbc(key, iv).encrypt(plaintext),
  );
}

/** The plaintext of {@link aesCbcEncrypt}; `open_failed` for a wrong length or wrong padding. */
export async function aesCbcDecrypt(
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  assertKey(key);
  assertBytes(iv, 'iv', cbcBlockBytes);
  assertBytes(ciphertext, 'ciphertext');
  if (ciphertext.length === 0 || ciphertext.length % cbcBlockBytes !== 0) {
    throw new CryptoError('open_failed');
  }
  const subtle = await native(ciphertext.length >= aesCbcNativeFromBytes);
  const algorithm = { name: 'AES-CBC', iv } as const;
  try {
    return await onEither(
      subtle,
      async (on) =>
        new Uint8Array(await on.decrypt(algorithm, await importNative(on, key), ciphertext)),
      () => cbc(key, iv).decrypt(ciphertext),
    );
  } catch {
    throw new CryptoError('open_failed');
  }
}
