import { isBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { isXWingPublicKey } from '../primitives/x-wing-public-key.ts';

/**
 * Takes in a hybrid sealing key (X-Wing, 1,216 bytes) from elsewhere and returns a copy; `bad_key` for
 * wrong lengths, coefficients that are not below ML-KEM's modulus, and refused X25519 parts.
 */
export function parseHybridPublicKey(bytes: Uint8Array): Uint8Array {
  if (!isBytes(bytes)) throw new TypeError('hybrid key: expected Uint8Array');
  if (!isXWingPublicKey(bytes)) throw new CryptoError('bad_key', 'the hybrid key is refused');
  return Uint8Array.from(bytes);
}
