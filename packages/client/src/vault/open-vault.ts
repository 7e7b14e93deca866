import {
  deriveStorageKeys,
  equalBytes,
  fromUtf8,
  identityKeyPairFromSeed,
  isCryptoError,
  openVaultWithKey,
  openVaultWithPassword,
  openVaultWithRecoveryKey,
  toBase64Url,
  utf8,
  zeroize,
} from '@sotto/crypto';
import type { IdentityKeyPair, SealedVault, StorageKeys } from '@sotto/crypto';
import type { UserId } from '@sotto/protocol';
import { ClientError } from '../client-error.ts';
import { createSerialQueue } from '../engine/serial-queue.ts';
import type { SerialQueue } from '../engine/serial-queue.ts';
import type { RandomSource } from '../platform.ts';

/**
 * The account's secrets while the vault is open. The chat password stays with them, because the
 * maker of a chat key derives it from the password; a device that was let in by another one has never
 * been told it. `close` overwrites everything.
 */
export interface OpenVault {
  readonly userId: UserId;
  readonly vaultKey: Uint8Array;
  readonly accountKey: IdentityKeyPair;
  readonly keys: StorageKeys;
  /** The sealed form that this was opened from, or that replaced it since. */
  sealed: SealedVault;
  /** Changes of the sealed form run one after another. */
  readonly changes: SerialQueue;
  /**
   * What a new epoch key is derived from: the chat password, or 32 random bytes as text while it was
   * not typed here yet. Throws `locked` after `close`.
   */
  epochPassword(random: RandomSource): string;
  /** False as well while the chat password was not typed here yet. */
  isChatPassword(typed: string): boolean;
  replaceChatPassword(next: string): void;
  /**
   * False from the moment before the keys are overwritten. Whatever was sealed or wrapped may leave
   * only while this is true: a task that locking overtook has worked with a key of zeros.
   */
  isOpen(): boolean;
  close(): void;
}

export async function holdVault(options: {
  userId: UserId;
  vaultKey: Uint8Array;
  accountSeed: Uint8Array;
  sealed: SealedVault;
  /** Null on a device that was let in by another one. */
  chatPassword: string | null;
}): Promise<OpenVault> {
  const { userId, vaultKey, sealed } = options;
  const [accountKey, keys] = await Promise.all([
    identityKeyPairFromSeed(options.accountSeed),
    deriveStorageKeys(vaultKey),
  ]);
  let password = options.chatPassword === null ? null : utf8(options.chatPassword);
  let open = true;
  return {
    userId,
    vaultKey,
    accountKey,
    keys,
    sealed,
    changes: createSerialQueue(),
    epochPassword(random) {
      if (!open) throw new ClientError('locked');
      return password ? fromUtf8(password) : toBase64Url(random(32));
    },
    isChatPassword: (typed) => open && password !== null && equalBytes(password, utf8(typed)),
    replaceChatPassword(next) {
      if (!open) return;
      if (password) zeroize(password);
      password = utf8(next);
    },
    isOpen: () => open,
    close() {
      open = false;
      if (password) zeroize(password);
      zeroize(vaultKey, accountKey.seed);
      zeroize(keys.localStorageKey, keys.backupKey, keys.keyWrapKey);
    },
  };
}

/** A vault that does not open, in the facade's words; `wrong` is what a failure to open means here. */
export function vaultFailure(
  error: unknown,
  wrong: 'wrong_chat_password' | 'wrong_recovery_key',
): ClientError {
  if (isCryptoError(error, 'rollback')) return new ClientError('rollback', { cause: error });
  if (isCryptoError(error, 'weak_parameters'))
    return new ClientError('untrusted', { cause: error });
  if (isCryptoError(error)) return new ClientError(wrong, { cause: error });
  return new ClientError('internal', { cause: error });
}

/** Throws `wrong_chat_password`, `rollback` below `minimumVersion`, `untrusted` for weak parameters. */
export async function openWithPassword(options: {
  userId: UserId;
  chatPassword: string;
  sealed: SealedVault;
  minimumVersion: number;
}): Promise<OpenVault> {
  const { userId, chatPassword, sealed, minimumVersion } = options;
  try {
    const { vaultKey, contents } = await openVaultWithPassword({
      userId,
      chatPassword,
      sealedVault: sealed,
      minimumVersion,
    });
    const { accountSeed } = contents;
    return await holdVault({ userId, vaultKey, accountSeed, sealed, chatPassword });
  } catch (error) {
    throw vaultFailure(error, 'wrong_chat_password');
  }
}

/** Opens with the recovery key, to be wrapped under a new chat password. Throws `wrong_recovery_key` and as {@link openWithPassword}. */
export async function openWithRecoveryKey(options: {
  userId: UserId;
  recoveryKey: string;
  newChatPassword: string;
  sealed: SealedVault;
  minimumVersion: number;
}): Promise<OpenVault> {
  const { userId, recoveryKey, newChatPassword, sealed, minimumVersion } = options;
  try {
    const { vaultKey, contents } = await openVaultWithRecoveryKey({
      userId,
      recoveryKey,
      sealedVault: sealed,
      minimumVersion,
    });
    const { accountSeed } = contents;
    return await holdVault({
      userId,
      vaultKey,
      accountSeed,
      sealed,
      chatPassword: newChatPassword,
    });
  } catch (error) {
    throw vaultFailure(error, 'wrong_recovery_key');
  }
}

/**
 * Whether a newer vault from the relay was made by somebody who holds this vault's key. Its body is
 * sealed under that key and bound to version, parameters and wraps, so a forged one is noticed here
 * and not at the next unlock, when it would look like a wrong password.
 */
export async function isGenuineVault(open: OpenVault, offered: SealedVault): Promise<boolean> {
  if (offered.version <= open.sealed.version) return false;
  const { userId, vaultKey } = open;
  try {
    await openVaultWithKey({ userId, vaultKey, sealedVault: offered });
    return true;
  } catch (error) {
    if (isCryptoError(error)) return false;
    throw error;
  }
}
