import { assertBytes } from '../encoding/bytes.ts';
import { assertCount } from '../encoding/integers.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError, isCryptoError } from '../errors.ts';
import { assertKdfParameters } from './kdf-parameters.ts';
import { parseRecoveryKey } from './recovery-key.ts';
import { openBody, type SealedVault, type VaultPlace } from './sealed-vault.ts';
import type { VaultContents } from './vault-contents.ts';
import { passwordSecret, recoverySecret } from './vault-secret.ts';
import { openPasswordWrap, openRecoveryWrap } from './vault-wrap.ts';

/** Longest list of device wraps, in bytes. */
export const maxDeviceWrapsBytes = 65_536;

/** An opened vault. */
export interface OpenedVault {
  /** 32 secret bytes. */
  vaultKey: Uint8Array;
  contents: VaultContents;
}

/** A vault as a server gave it, and whose it is. */
export interface OpenVaultInput {
  userId: string;
  sealedVault: SealedVault;
  /** The highest version this device has seen; a lower one is a rollback. */
  minimumVersion?: number;
}

/** Checks what a server could have chosen, before any work is done with it. */
export function assertSealedVault({
  userId,
  sealedVault,
  minimumVersion = 1,
}: OpenVaultInput): VaultPlace {
  uuidBytes(userId);
  assertCount(minimumVersion, 'minimumVersion');
  const { version, kdf, passwordWrap, recoveryWrap, deviceWraps, body } = sealedVault;
  assertKdfParameters(kdf);
  assertBytes(passwordWrap, 'passwordWrap');
  assertBytes(recoveryWrap, 'recoveryWrap');
  assertBytes(body, 'body');
  if (deviceWraps !== undefined) assertBytes(deviceWraps, 'deviceWraps');
  if (typeof version !== 'number') throw new TypeError('version: expected number');
  // A server's number, so none of the caller's mistakes.
  if (!Number.isSafeInteger(version) || version < 1) throw new CryptoError('open_failed');
  if (deviceWraps && deviceWraps.length > maxDeviceWrapsBytes) throw new CryptoError('open_failed');
  if (version < minimumVersion) throw new CryptoError('rollback');
  return { userId, version, kdf };
}

/** Opens the vault with the key that `unwrap` finds; every refusal of its is `open_failed`. */
export async function openWith(
  input: OpenVaultInput,
  unwrap: (place: VaultPlace) => Promise<Uint8Array>,
): Promise<OpenedVault> {
  const place = assertSealedVault(input);
  try {
    const vaultKey = await unwrap(place);
    if (vaultKey.length !== 32) throw new CryptoError('open_failed');
    return { vaultKey, contents: await openBody(place, input.sealedVault, vaultKey) };
  } catch (error) {
    if (isCryptoError(error)) throw new CryptoError('open_failed');
    throw error;
  }
}

/**
 * Opens a vault with the chat password. Whoever holds a vault key that was wrapped under the password once
 * can put other contents beside that wrap: see in the contents whose vault it is.
 *
 * `weak_parameters` and `rollback` come before the password is used at all; everything else that is
 * wrong, the password or any byte, is `open_failed`. Parts of another type are a `TypeError`.
 */
export async function openVaultWithPassword(
  input: OpenVaultInput & { chatPassword: string },
): Promise<OpenedVault> {
  const { chatPassword, sealedVault } = input;
  return openWith(input, async ({ userId, version, kdf }) => {
    const secret = await passwordSecret(userId, kdf, chatPassword);
    return openPasswordWrap(sealedVault.passwordWrap, version, secret);
  });
}

/**
 * Opens a vault with the written recovery key, whoever wrapped its key: a wrap that was made without the
 * recovery key says nothing about who made it.
 *
 * A mistyped key is `bad_encoding` thanks to its checksum; otherwise as {@link openVaultWithPassword}.
 */
export async function openVaultWithRecoveryKey(
  input: OpenVaultInput & { recoveryKey: string },
): Promise<OpenedVault> {
  const recoveryKey = parseRecoveryKey(input.recoveryKey);
  return openWith(input, async ({ userId, version }) => {
    const secret = await recoverySecret(userId, recoveryKey);
    return openRecoveryWrap(input.sealedVault.recoveryWrap, version, secret);
  });
}

/**
 * The contents of a vault whose key is at hand: handed over by another device, or kept from opening it.
 *
 * `weak_parameters` and `rollback` come first; another key, or any changed byte, is `open_failed`.
 */
export async function openVaultWithKey(
  input: OpenVaultInput & { vaultKey: Uint8Array },
): Promise<VaultContents> {
  assertBytes(input.vaultKey, 'vaultKey', 32);
  const vaultKey = Uint8Array.from(input.vaultKey);
  return (await openWith(input, async () => vaultKey)).contents;
}
