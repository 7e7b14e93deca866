/**
 * P-256 without secrets: points and ECDSA verification (FIPS 186-5, SEC 1). On noble alone: WebCrypto knows
 * neither compressed points in every browser nor DER signatures, and nothing here is frequent.
 */
import { p256 } from '@noble/curves/nist.js';
import { isBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';

/** Bytes of a compressed point. */
export const p256CompressedBytes = 33;

/** Bytes of an uncompressed point. */
export const p256UncompressedBytes = 65;

/** A point in both of its encodings. */
export interface P256PublicKey {
  /** 33 bytes. */
  compressed: Uint8Array;
  /** 65 bytes. */
  uncompressed: Uint8Array;
}

/** Takes in a point in either encoding; `bad_key` for other encodings and for what is not on the curve. */
export function parseP256PublicKey(bytes: Uint8Array): P256PublicKey {
  if (!isBytes(bytes)) throw new TypeError('P-256 key: expected Uint8Array');
  if (bytes.length !== p256CompressedBytes && bytes.length !== p256UncompressedBytes) {
    throw new CryptoError('bad_key', 'the P-256 key is refused');
  }
  try {
    const point = p256.Point.fromBytes(Uint8Array.from(bytes));
    point.assertValidity();
    return { compressed: point.toBytes(true), uncompressed: point.toBytes(false) };
  } catch (cause) {
    throw new CryptoError('bad_key', 'the P-256 key is refused', { cause });
  }
}

/** How a signature is written: r ‖ s in 64 bytes, or ASN.1 DER. */
type SignatureFormat = 'compact' | 'der';

/**
 * Whether an ECDSA signature over SHA-256(message) verifies; false for malformed ones.
 *
 * With `lowS` only the smaller of the two values of s is taken, so that a signature has one form.
 */
export function verifyP256(input: {
  publicKey: P256PublicKey;
  message: Uint8Array;
  signature: Uint8Array;
  format: SignatureFormat;
  lowS: boolean;
}): boolean {
  const { publicKey, message, signature, format, lowS } = input;
  if (format === 'compact' && signature.length !== 64) return false;
  try {
    return p256.verify(signature, message, publicKey.uncompressed, { format, lowS, prehash: true });
  } catch {
    return false;
  }
}
