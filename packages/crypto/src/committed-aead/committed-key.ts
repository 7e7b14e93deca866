/**
 * AES-256-GCM with a commitment to its key. GCM alone lets one ciphertext open under two keys, which
 * with password keys and key histories is a partitioning oracle. From a 32-byte key and a label,
 * HKDF-SHA-256 gives an encryption key and a 32-byte commitment; the commitment stands in front of
 * every ciphertext and is compared, in constant time, before anything is decrypted.
 */
import { assertBytes, equalBytes } from '../encoding/bytes.ts';
import { frame } from '../encoding/frame.ts';
import { CryptoError } from '../errors.ts';
import { AesGcmKey } from '../primitives/aes-gcm.ts';
import { hkdfSha256 } from '../primitives/hkdf.ts';

/** Bytes of a key commitment. */
export const commitmentBytes = 32;

/** An encryption key together with the public value that commits to it. */
export interface CommittedKey {
  /** 32 bytes, safe to publish. */
  commitment: Uint8Array;
  cipher: AesGcmKey;
}

/** Derives the committed key for a label from 32 key bytes. */
export async function deriveCommittedKey(key: Uint8Array, label: string): Promise<CommittedKey> {
  assertBytes(key, 'key', 32);
  const info = frame(label, []);
  const okm = await hkdfSha256({ ikm: key, salt: new Uint8Array(0), info, length: 64 });
  return { commitment: okm.slice(32), cipher: new AesGcmKey(okm.subarray(0, 32)) };
}

/** Refuses with `open_failed` a ciphertext whose commitment names another key. */
export function assertCommitment(expected: Uint8Array, found: Uint8Array): void {
  if (!equalBytes(expected, found)) throw new CryptoError('open_failed');
}
