/**
 * The two secrets that open a vault, and what they become: a key that wraps the vault key, and an X-Wing
 * key pair. The vault key is sealed to the public half by who does not know the secret.
 */
import { passwordBytes } from '../chat-key/password-bytes.ts';
import { frame } from '../encoding/frame.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { hkdfSha256 } from '../primitives/hkdf.ts';
import { pbkdf2Sha256 } from '../primitives/pbkdf2.ts';
import { sha256 } from '../primitives/sha2.ts';
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
  /** Private X-Wing key for the wraps that are made without it, 32 bytes. */
  privateKey: Uint8Array;
}

/** Binding of the wrap under the chat password. */
export function passwordBinding(userId: string, kdf: KdfParameters): WrapBinding {
  return { name: 'password', userId, parameters: kdfFields(kdf) };
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
): Promise<VaultSecret> {
  const { iterations, salt } = kdf;
  const password = passwordBytes(chatPassword);
  const wrappingKey = await pbkdf2Sha256({ password, salt, iterations, length: 32 });
  const privateKey = await derive('sotto/v2/vault-password-private-key', wrappingKey, userId);
  return { binding: passwordBinding(userId, kdf), wrappingKey, privateKey };
}

/** The 32 bytes of a recovery key as a secret. */
export async function recoverySecret(
  userId: string,
  recoveryKey: Uint8Array,
): Promise<VaultSecret> {
  return {
    binding: recoveryBinding(userId),
    wrappingKey: await derive('sotto/v1/vault-recovery-key', recoveryKey, userId),
    privateKey: await derive('sotto/v2/vault-recovery-private-key', recoveryKey, userId),
  };
}

/** What only who knows the chat password can say of a recovery key's public half, 32 bytes. */
export async function voucherFor(
  { binding, wrappingKey }: VaultSecret,
  recoveryPublicKey: Uint8Array,
): Promise<Uint8Array> {
  const fields = [await sha256(recoveryPublicKey)];
  return derive('sotto/v2/vault-recovery-voucher', wrappingKey, binding.userId, fields);
}

function derive(
  label: string,
  ikm: Uint8Array,
  userId: string,
  fields: readonly Uint8Array[] = [],
): Promise<Uint8Array> {
  const info = frame(label, [uuidBytes(userId), ...fields]);
  return hkdfSha256({ ikm, salt: new Uint8Array(0), info, length: 32 });
}

/**
 * The public half of a secret's key pair, 1,216 bytes. ML-KEM and SHA-3 are loaded when it is first
 * asked for.
 */
export async function publicKeyOf({ privateKey }: VaultSecret): Promise<Uint8Array> {
  const { heldXWingPrivateKey } = await import('../primitives/x-wing.ts');
  return heldXWingPrivateKey(privateKey).publicKey();
}
