import { isBytes } from '../encoding/bytes.ts';
import { be32 } from '../encoding/integers.ts';
import { utf8 } from '../encoding/text.ts';
import { CryptoError } from '../errors.ts';
import { assertIterations, minimumIterations } from '../chat-key/kdf-limits.ts';

/** The one password derivation of the vault. */
export const vaultKdfAlgorithm = 'PBKDF2-HMAC-SHA256';

/** How the chat password becomes a wrapping key; kept in the clear, authenticated by every part. */
export interface KdfParameters {
  algorithm: 'PBKDF2-HMAC-SHA256';
  /** 600,000 to 10,000,000. */
  iterations: number;
  /** 32 random bytes. */
  salt: Uint8Array;
}

/** Refuses with `weak_parameters` anything outside the limits, whatever a server said. */
export function assertKdfParameters(kdf: unknown): asserts kdf is KdfParameters {
  if (typeof kdf !== 'object' || kdf === null) throw new CryptoError('weak_parameters');
  const { algorithm, iterations, salt } = kdf as Partial<Record<keyof KdfParameters, unknown>>;
  if (algorithm !== vaultKdfAlgorithm) throw new CryptoError('weak_parameters');
  assertIterations(iterations, minimumIterations);
  if (!isBytes(salt) || salt.length !== 32) throw new CryptoError('weak_parameters');
}

/** The parameters as fields of authenticated data. */
export function kdfFields({ algorithm, iterations, salt }: KdfParameters): Uint8Array[] {
  return [utf8(algorithm), be32(iterations), salt];
}
