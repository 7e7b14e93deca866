import { isBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import {
  isCanonicalFieldElement,
  isOnMontgomeryCurve,
  isSmallOrderMontgomery,
} from '../primitives/curve25519.ts';

/** Bytes of an identity-type public key: the type byte and the u coordinate. */
const identityKeyBytes = 33;

/** Type byte of Curve25519 keys, as in Signal's formats. */
export const curve25519KeyType = 0x05;

/** Whether the bytes are an identity-type key that is canonical and not of low order. */
export function isIdentityPublicKey(bytes: Uint8Array): boolean {
  if (bytes.length !== identityKeyBytes || bytes[0] !== curve25519KeyType) return false;
  const u = bytes.subarray(1);
  if (((u[31] ?? 0) & 0x80) !== 0 || !isCanonicalFieldElement(u)) return false;
  return !isSmallOrderMontgomery(u);
}

/**
 * Takes in an identity-type public key (33 bytes, 0x05 ‖ u) from elsewhere and returns a copy.
 *
 * Throws `bad_key` for wrong lengths, type bytes, non-canonical and low-order encodings, and for points
 * of the twist, under which no signature can verify.
 */
export function parseIdentityPublicKey(bytes: Uint8Array): Uint8Array {
  if (!isBytes(bytes)) throw new TypeError('identity key: expected Uint8Array');
  if (!isIdentityPublicKey(bytes) || !isOnMontgomeryCurve(bytes.subarray(1))) {
    throw new CryptoError('bad_key', 'the identity key is refused');
  }
  return Uint8Array.from(bytes);
}
