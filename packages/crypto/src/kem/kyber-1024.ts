/** Kyber1024 as Signal's formats carry it: type byte 0x08 before public keys and ciphertexts. */
import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import {
  kyber1024Bytes,
  kyber1024Decapsulate,
  kyber1024Encapsulate,
  kyber1024KeyPair,
} from '../primitives/ml-kem-1024.ts';
import { drawRandom, type RandomSource } from '../primitives/random.ts';

/** Type byte of Kyber1024 (round 3) keys and ciphertexts. */
const kyber1024Type = 0x08;

/** Bytes of a public key and of a ciphertext with the type byte. */
export const kyber1024WireBytes = 1 + kyber1024Bytes.publicKey;

const withType = (bytes: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(kyber1024Type), bytes);

function withoutType(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== kyber1024WireBytes || bytes[0] !== kyber1024Type) {
    throw new CryptoError('bad_key', 'the KEM key or ciphertext is refused');
  }
  return bytes.subarray(1);
}

/** A KEM key pair: public 1,569 bytes with type byte, secret 3,168 bytes in FIPS 203's layout. */
export interface KyberKeyPair {
  publicKey: Uint8Array;
  secretKey: Uint8Array;
}

/** A fresh key pair. */
export function generateKyberKeyPair(random: RandomSource): KyberKeyPair {
  const { publicKey, secretKey } = kyber1024KeyPair(drawRandom(random, 64));
  return { publicKey: withType(publicKey), secretKey };
}

/** A ciphertext (1,569 bytes with type byte) and its 32-byte secret; `bad_key` for a refused key. */
export function kyberEncapsulate(
  publicKey: Uint8Array,
  random: RandomSource,
): { ciphertext: Uint8Array; sharedSecret: Uint8Array } {
  assertBytes(publicKey, 'publicKey');
  const raw = withoutType(publicKey);
  const { ciphertext, sharedSecret } = kyber1024Encapsulate(raw, drawRandom(random, 32));
  return { ciphertext: withType(ciphertext), sharedSecret };
}

/** The secret of a ciphertext; `bad_key` for a wrong length or type. */
export function kyberDecapsulate(ciphertext: Uint8Array, secretKey: Uint8Array): Uint8Array {
  assertBytes(ciphertext, 'ciphertext');
  return kyber1024Decapsulate(withoutType(ciphertext), secretKey);
}
