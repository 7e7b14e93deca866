/** What an X-Wing public key must look like, and sizes; no operation with a secret lives here. */
import { assertBytes } from '../encoding/bytes.ts';
import { isCanonicalFieldElement, isSmallOrderMontgomery } from './curve25519.ts';

/** Bytes of an X-Wing public key: ML-KEM-768's 1,184 and X25519's 32. */
const xWingPublicKeyBytes = 1_216;

/** Bytes of an encapsulation: ML-KEM-768's 1,088 and an ephemeral X25519 key. */
export const xWingCiphertextBytes = 1_120;

/** Bytes of its ML-KEM-768 part. */
export const mlKem768PublicKeyBytes = 1_184;

/** Bytes of the packed vector before the 32-byte seed: 3 polynomials of 256 12-bit coefficients. */
const packedVectorBytes = 1_152;

const mlKemModulus = 3_329;

/** The modulus check of FIPS 203 §7.2: every packed 12-bit coefficient is below q. */
function hasCanonicalVector(publicKey: Uint8Array): boolean {
  for (let i = 0; i < packedVectorBytes; i += 3) {
    const [low, middle, high] = [publicKey[i] ?? 0, publicKey[i + 1] ?? 0, publicKey[i + 2] ?? 0];
    const first = low | ((middle & 15) << 8);
    const second = (middle >> 4) | (high << 4);
    if (first >= mlKemModulus || second >= mlKemModulus) return false;
  }
  return true;
}

/** Whether the bytes are an X-Wing public key whose two parts are canonical and not of low order. */
export function isXWingPublicKey(bytes: Uint8Array): boolean {
  assertBytes(bytes, 'publicKey');
  if (bytes.length !== xWingPublicKeyBytes || !hasCanonicalVector(bytes)) return false;
  const u = bytes.subarray(mlKem768PublicKeyBytes);
  if (((u[31] ?? 0) & 0x80) !== 0 || !isCanonicalFieldElement(u)) return false;
  return !isSmallOrderMontgomery(u);
}
