import { assertBytes } from '../encoding/bytes.ts';
import { assertCount } from '../encoding/integers.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError, isCryptoError } from '../errors.ts';
import { assertKdfParameters } from './kdf-parameters.ts';
import { parseRecoveryKey } from './recovery-key.ts';
import {
  openBody,
  unwrapWithPassword,
  unwrapWithRecoveryKey,
  type SealedVault,
  type VaultContents,
  type VaultPlace,
} from './sealed-vault.ts';

/** An opened vault. */
export interface OpenedVault {
  /** 32 secret bytes. */
  vaultKey: Uint8Array;
  contents: VaultContents;
}

interface OpenInput {
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
}: OpenInput): VaultPlace {
  uuidBytes(userId);
  assertCount(minimumVersion, 'minimumVersion');
  const { version, kdf, passwordWrap, recoveryWrap, body } = sealedVault;
  assertKdfParameters(kdf);
  assertBytes(passwordWrap, 'passwordWrap');
  assertBytes(recoveryWrap, 'recoveryWrap');
  assertBytes(body, 'body');
  if (typeof version !== 'number') throw new TypeError('version: expected number');
  // A server's number, so none of the caller's mistakes.
  if (!Number.isSafeInteger(version) || version < 1) throw new CryptoError('open_failed');
  if (version < minimumVersion) throw new CryptoError('rollback');
  return { userId, version, kdf };
}

async function openWith(
  input: OpenInput,
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
 * Opens a vault with the chat password.
 *
 * `weak_parameters` and `rollback` come before the password is used at all; everything else that is
 * wrong, the password or any byte, is `open_failed`. Parts of another type are a `TypeError`.
 */
export async function openVaultWithPassword(
  input: OpenInput & { chatPassword: string },
): Promise<OpenedVault> {
  const { chatPassword, sealedVault } = input;
  return openWith(input, (place) =>
    unwrapWithPassword(place, chatPassword, sealedVault.passwordWrap),
  );
}

/**
 * Opens a vault with the written recovery key.
 *
 * A mistyped key is `bad_encoding` thanks to its checksum; otherwise as {@link openVaultWithPassword}.
 */
export async function openVaultWithRecoveryKey(
  input: OpenInput & { recoveryKey: string },
): Promise<OpenedVault> {
  const recoveryKey = parseRecoveryKey(input.recoveryKey);
  const { recoveryWrap } = input.sealedVault;
  return openWith(input, (place) => unwrapWithRecoveryKey(place, recoveryKey, recoveryWrap));
}

/**
 * The contents of a vault whose key is at hand: handed over by another device, or kept from opening it.
 *
 * `weak_parameters` and `rollback` come first; another key, or any changed byte, is `open_failed`.
 */
export async function openVaultWithKey(
  input: OpenInput & { vaultKey: Uint8Array },
): Promise<VaultContents> {
  assertBytes(input.vaultKey, 'vaultKey', 32);
  const vaultKey = Uint8Array.from(input.vaultKey);
  return (await openWith(input, async () => vaultKey)).contents;
}
