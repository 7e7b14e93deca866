import { isBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { isCanonicalFieldElement, isSmallOrderMontgomery } from '../primitives/curve25519.ts';

/**
 * Takes in a sealing public key (X25519, 32 bytes) from elsewhere and returns a copy; `bad_key` for
 * wrong lengths, non-canonical and low-order encodings.
 */
export function parseSealingPublicKey(bytes: Uint8Array): Uint8Array {
  if (!isBytes(bytes)) throw new TypeError('sealing key: expected Uint8Array');
  const canonical =
    bytes.length === 32 && ((bytes[31] ?? 0) & 0x80) === 0 && isCanonicalFieldElement(bytes);
  if (!canonical || isSmallOrderMontgomery(bytes)) {
    throw new CryptoError('bad_key', 'the sealing key is refused');
  }
  return Uint8Array.from(bytes);
}
