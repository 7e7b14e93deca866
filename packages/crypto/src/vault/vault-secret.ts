/**
 * The two secrets that open a vault, and what they become. Both give a key that wraps the vault key. The
 * chat password gives a key that vouches for a recovery key as well, and the recovery key an X-Wing key
 * pair: the vault key is sealed to its public half by who does not know the recovery key.
 */
import { passwordBytes } from '../chat-key/password-bytes.ts';
import { frame } from '../encoding/frame.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { hkdfSha256 } from '../primitives/hkdf.ts';
import { pbkdf2Sha256 } from '../primitives/pbkdf2.ts';
import { kdfFields, type KdfParameters } from './kdf-parameters.ts';

/** Which wrap of a vault it is, and what that wrap is bound to beside the version that made it. */
export interface WrapBinding {
  name: 'password' | 'recovery';
  userId: string;
  /** The password's parameters as fields; none for the recovery key. */
  parameters: readonly Uint8Array[];
}

/** A secret that opens one of the two wraps. */
export interface VaultSecret {
  binding: WrapBinding;
  /** Key of the wraps that are made with the secret, 32 bytes. */
  wrappingKey: Uint8Array;
}

/** The chat password under one set of parameters. */
export interface PasswordSecret extends VaultSecret {
  /** HMAC key of the proof that goes with a recovery key, 32 bytes. */
  proofKey: Uint8Array;
}

/** A recovery key. */
export interface RecoverySecret extends VaultSecret {
  /** Private X-Wing key for the wraps that are made without it, 32 bytes. */
  privateKey: Uint8Array;
}

/** Binding of the wrap under the recovery key. */
export function recoveryBinding(userId: string): WrapBinding {
  return { name: 'recovery', userId, parameters: [] };
}

/** The chat password as a secret: one PBKDF2. */
export async function passwordSecret(
  userId: string,
  kdf: KdfParameters,
  chatPassword: string,
): Promise<PasswordSecret> {
  const { iterations, salt } = kdf;
  const password = passwordBytes(chatPassword);
  const wrappingKey = await pbkdf2Sha256({ password, salt, iterations, length: 32 });
  const proofKey = await derive('sotto/v2/vault-recovery-proof-key', wrappingKey, userId);
  const binding: WrapBinding = { name: 'password', userId, parameters: kdfFields(kdf) };
  return { binding, wrappingKey, proofKey };
}

/** The 32 bytes of a recovery key as a secret. */
export async function recoverySecret(
  userId: string,
  recoveryKey: Uint8Array,
): Promise<RecoverySecret> {
  return {
    binding: recoveryBinding(userId),
    wrappingKey: await derive('sotto/v1/vault-recovery-key', recoveryKey, userId),
    privateKey: await derive('sotto/v2/vault-recovery-private-key', recoveryKey, userId),
  };
}

function derive(label: string, ikm: Uint8Array, userId: string): Promise<Uint8Array> {
  const info = frame(label, [uuidBytes(userId)]);
  return hkdfSha256({ ikm, salt: new Uint8Array(0), info, length: 32 });
}

/**
 * The public half of a recovery key, 1,216 bytes. ML-KEM and SHA-3 are loaded when it is first asked for.
 */
export async function publicKeyOf({ privateKey }: RecoverySecret): Promise<Uint8Array> {
  const { heldXWingPrivateKey } = await import('../primitives/x-wing.ts');
  return heldXWingPrivateKey(privateKey).publicKey();
}
