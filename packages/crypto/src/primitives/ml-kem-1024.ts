import { sha3_256, shake256 } from '@noble/hashes/sha3.js';
import { ml_kem1024 } from '@noble/post-quantum/ml-kem.js';
import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';

/** Bytes of keys and ciphertexts, without any type byte. */
export const kyber1024Bytes = { publicKey: 1_568, secretKey: 3_168, ciphertext: 1_568 } as const;

/*
 * Kyber1024 of round 3, on FIPS 203's ML-KEM-1024. The two share keys and ciphertexts and differ in hashing:
 * round 3 hashes the 32 random bytes before use, and finishes with KDF(K ‖ H(ciphertext)). For a ciphertext that does
 * not decrypt both give a secret nobody can know, though not the same one.
 */

function finish(secret: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  return shake256(concatBytes(secret, sha3_256(ciphertext)), { dkLen: 32 });
}

/** A key pair from 64 random bytes. */
export function kyber1024KeyPair(seed: Uint8Array): {
  publicKey: Uint8Array;
  secretKey: Uint8Array;
} {
  assertBytes(seed, 'seed', 64);
  const { publicKey, secretKey } = ml_kem1024.keygen(seed);
  return { publicKey: Uint8Array.from(publicKey), secretKey: Uint8Array.from(secretKey) };
}

/** Ciphertext and 32-byte shared secret from 32 random bytes; `bad_key` for a key that is not reduced. */
export function kyber1024Encapsulate(
  publicKey: Uint8Array,
  random: Uint8Array,
): { ciphertext: Uint8Array; sharedSecret: Uint8Array } {
  assertBytes(publicKey, 'publicKey', kyber1024Bytes.publicKey);
  assertBytes(random, 'random', 32);
  try {
    const { cipherText, sharedSecret } = ml_kem1024.encapsulate(publicKey, sha3_256(random));
    const ciphertext = Uint8Array.from(cipherText);
    return { ciphertext, sharedSecret: finish(sharedSecret, ciphertext) };
  } catch (cause) {
    throw new CryptoError('bad_key', 'the KEM key is refused', { cause });
  }
}

/** The shared secret of a ciphertext; a wrong one gives an unpredictable secret, a wrong key `bad_key`. */
export function kyber1024Decapsulate(ciphertext: Uint8Array, secretKey: Uint8Array): Uint8Array {
  assertBytes(ciphertext, 'ciphertext', kyber1024Bytes.ciphertext);
  assertBytes(secretKey, 'secretKey', kyber1024Bytes.secretKey);
  try {
    return finish(ml_kem1024.decapsulate(ciphertext, secretKey), ciphertext);
  } catch (cause) {
    throw new CryptoError('bad_key', 'the KEM secret key is refused', { cause });
  }
}
