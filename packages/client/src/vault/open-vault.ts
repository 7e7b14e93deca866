import {
  equalBytes,
  fromUtf8,
  isCryptoError,
  openVaultWithKey,
  openVaultWithPassword,
  openVaultWithRecoveryKey,
  toBase64Url,
  utf8,
  zeroize,
} from '@sotto/crypto';
import type { SealedVault, StorageKeys, VaultContents } from '@sotto/crypto';
import type { UserId } from '@sotto/protocol';
import { ClientError } from '../client-error.ts';
import { createSerialQueue } from '../engine/serial-queue.ts';
import type { SerialQueue } from '../engine/serial-queue.ts';
import type { RandomSource } from '../platform.ts';
import type { Anchor } from './vault-anchor.ts';
import { deriveVaultKeys, forgetVaultKeys } from './vault-keys.ts';
import type { VaultKeys } from './vault-keys.ts';

/**
 * The account's secrets while the vault is open. It stays the same object when the vault key is changed:
 * its keys are what the newest vault says, so they are read when they are used and not kept
 * ({@link sealUnderVault}). The chat password stays with them, because the maker of a chat key derives it
 * from the password, and a vault key is changed with it alone; a device that was let in by another one has never been told it. `close` overwrites
 * everything, the keys of former vaults included.
 */
export interface OpenVault extends VaultKeys {
  readonly userId: UserId;
  /**
   * The key of this device's local store, 32 bytes: the same under each vault key. Throws `internal`
   * before {@link OpenVault.useStorageKey}.
   */
  readonly storageKey: Uint8Array;
  /** The sealed form that this was opened from, or that replaced it since. */
  sealed: SealedVault;
  /**
   * The manifest of a vault under another key, sealed to this device by one that is certified, which the relay
   * does not show: this vault is behind until that one is followed.
   */
  ahead: Anchor;
  /** Changes of the sealed form, and of the keys, run one after another. */
  readonly changes: SerialQueue;
  /**
   * What a new epoch key is derived from: the chat password, or 32 random bytes as text while it was
   * not typed here yet. Throws `locked` after `close`.
   */
  epochPassword(random: RandomSource): string;
  /** As it was typed here last; null on a device that was let in by another one, and after `close`. */
  chatPassword(): string | null;
  /** False as well while the chat password was not typed here yet. */
  isChatPassword(typed: string): boolean;
  replaceChatPassword(next: string): void;
  /** Takes the key over: it is overwritten by `close`. */
  useStorageKey(key: Uint8Array): void;
  /** From here on the vault is this one. What is under way with the former keys may end; see {@link sealUnderVault}. */
  switchTo(next: VaultKeys, sealed: SealedVault): void;
  /**
   * False from the moment before the keys are overwritten. Whatever was sealed or wrapped may leave
   * only while this is true: a task that locking overtook has worked with a key of zeros.
   */
  isOpen(): boolean;
  close(): void;
}

/** Takes `vaultKey` over, and the former vault keys in `contents`. */
export async function holdVault(options: {
  userId: UserId;
  vaultKey: Uint8Array;
  contents: Pick<VaultContents, 'accountSeed' | 'formerVaultKeys'>;
  sealed: SealedVault;
  /** Null on a device that was let in by another one. */
  chatPassword: string | null;
}): Promise<OpenVault> {
  const { userId, vaultKey, contents, sealed } = options;
  let held = await deriveVaultKeys(vaultKey, contents);
  /** Keys that a switch took out of use: tasks that began before it may be working with them. */
  const superseded: VaultKeys[] = [];
  let storageKey: Uint8Array | null = null;
  let password = options.chatPassword === null ? null : utf8(options.chatPassword);
  let open = true;
  const vault: OpenVault = {
    userId,
    get vaultKey() {
      return held.vaultKey;
    },
    get accountKey() {
      return held.accountKey;
    },
    get keys() {
      return held.keys;
    },
    get formerKeys() {
      return held.formerKeys;
    },
    get storageKey() {
      if (!storageKey) throw new ClientError('internal');
      return storageKey;
    },
    sealed,
    ahead: undefined,
    changes: createSerialQueue(),
    epochPassword(random) {
      if (!open) throw new ClientError('locked');
      return password ? fromUtf8(password) : toBase64Url(random(32));
    },
    chatPassword: () => (open && password ? fromUtf8(password) : null),
    isChatPassword: (typed) => open && password !== null && equalBytes(password, utf8(typed)),
    replaceChatPassword(next) {
      if (!open) return;
      if (password) zeroize(password);
      password = utf8(next);
    },
    useStorageKey(key) {
      if (storageKey && storageKey !== key) zeroize(storageKey);
      storageKey = key;
      if (!open) zeroize(key);
    },
    switchTo(next, nextSealed) {
      if (!open) return forgetVaultKeys(next);
      superseded.push(held);
      held = next;
      vault.sealed = nextSealed;
      vault.ahead = undefined;
    },
    isOpen: () => open,
    close() {
      open = false;
      if (password) zeroize(password);
      if (storageKey) zeroize(storageKey);
      for (const each of [held, ...superseded]) forgetVaultKeys(each);
    },
  };
  return vault;
}

/**
 * Seals under the vault's newest keys: what a change of the vault key overtook is sealed again, so that
 * nothing leaves under a key that a removed device has. Throws `locked` when the vault was closed meanwhile.
 */
export async function sealUnderVault<Result>(
  vault: OpenVault,
  seal: (keys: StorageKeys) => Promise<Result>,
): Promise<Result> {
  for (;;) {
    const { keys } = vault;
    const sealed = await seal(keys);
    if (!vault.isOpen()) throw new ClientError('locked');
    if (vault.keys === keys) return sealed;
  }
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
    return await holdVault({ userId, vaultKey, contents, sealed, chatPassword });
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
    return await holdVault({ userId, vaultKey, contents, sealed, chatPassword: newChatPassword });
  } catch (error) {
    throw vaultFailure(error, 'wrong_recovery_key');
  }
}

/**
 * Whether a newer vault from the relay was made by somebody who holds this vault's key, and keeps the
 * account key. Its body is sealed under the vault key and bound to version, parameters and wraps, so a
 * forged one is noticed here and not at the next unlock, when it would look like a wrong password.
 */
export async function isGenuineVault(open: OpenVault, offered: SealedVault): Promise<boolean> {
  if (offered.version <= open.sealed.version) return false;
  const { userId, vaultKey, accountKey } = open;
  try {
    const found = await openVaultWithKey({ userId, vaultKey, sealedVault: offered });
    const isSame = equalBytes(found.accountSeed, accountKey.seed);
    zeroize(found.accountSeed, ...found.formerVaultKeys);
    return isSame;
  } catch (error) {
    if (isCryptoError(error)) return false;
    throw error;
  }
}
