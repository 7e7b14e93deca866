/**
 * Who has a device open holds the vault key, and can put any contents into the vault. What they do not
 * know is the chat password: so the recovery key to which a later vault key is sealed is one that the
 * password vouches for, and no other.
 */
import { equalBytes } from '../encoding/bytes.ts';
import { frame } from '../encoding/frame.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { hmacSha256 } from '../primitives/hmac.ts';
import { publicKeyOf, type PasswordSecret, type RecoverySecret } from './vault-secret.ts';

/** The public half of the recovery key, and that who knows the chat password put it there. */
export interface RecoveryPart {
  /** X-Wing key whose private half comes from the recovery key, 1,216 bytes. */
  publicKey: Uint8Array;
  /** HMAC-SHA-256 under a key from the chat password, 32 bytes. */
  proof: Uint8Array;
}

function proofOf({ binding, proofKey }: PasswordSecret, publicKey: Uint8Array) {
  const { userId, parameters } = binding;
  const fields = [uuidBytes(userId), ...parameters, publicKey];
  return hmacSha256(proofKey, frame('sotto/v2/vault-recovery-proof', fields));
}

/** Vouches for a public key that is known to be the recovery key's. */
export async function vouchFor(
  password: PasswordSecret,
  publicKey: Uint8Array,
): Promise<RecoveryPart> {
  return { publicKey, proof: await proofOf(password, publicKey) };
}

/** The part for a recovery key that is at hand. */
export async function recoveryPartOf(
  password: PasswordSecret,
  recovery: RecoverySecret,
): Promise<RecoveryPart> {
  return vouchFor(password, await publicKeyOf(recovery));
}

/** Whether who knew this password, under these parameters and for this user, vouched for the key. */
export async function isVouchedFor(
  password: PasswordSecret,
  { publicKey, proof }: RecoveryPart,
): Promise<boolean> {
  return equalBytes(await proofOf(password, publicKey), proof);
}
