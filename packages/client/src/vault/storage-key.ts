import { unwrapKeyUnder, uuidBytes, wrapKey } from '@sotto/crypto';
import type { StorageKeys } from '@sotto/crypto';
import type { UserId } from '@sotto/protocol';
import { ClientError } from '../client-error.ts';
import type { RandomSource } from '../platform.ts';
import type { OpenVault } from './open-vault.ts';

/*
 * A device's local store has a key of its own, which lies beside it under the vault's local storage key:
 * when the vault key is changed, that one key is wrapped anew and no row is.
 */

const purpose = 'device-storage-key';
const keyBytes = 32;

const contextOf = (userId: UserId) => [uuidBytes(userId)];

/** The storage key as it lies on disk, under these keys of the vault. */
export async function wrapStorageKey(options: {
  userId: UserId;
  keys: Pick<StorageKeys, 'localStorageKey'>;
  storageKey: Uint8Array;
  random: RandomSource;
}): Promise<Uint8Array> {
  const { userId, keys, storageKey, random } = options;
  return await wrapKey({
    wrappingKey: keys.localStorageKey,
    purpose,
    context: contextOf(userId),
    key: storageKey,
    random,
  });
}

/**
 * The storage key that lies here, under the vault's key or a former one. Without one the store is from
 * before: its key is derived from the account's first vault key. Throws `internal` when it does not open.
 */
export async function openStorageKey(
  vault: Pick<OpenVault, 'userId' | 'keys' | 'formerKeys'>,
  wrapped: Uint8Array | undefined,
): Promise<Uint8Array> {
  const { userId, keys, formerKeys } = vault;
  const newestFirst = [...formerKeys, keys].toReversed();
  if (!wrapped) return Uint8Array.from((formerKeys[0] ?? keys).localStorageKey);
  try {
    const key = await unwrapKeyUnder({
      wrappingKeys: newestFirst.map(({ localStorageKey }) => localStorageKey),
      purpose,
      context: contextOf(userId),
      wrapped,
    });
    if (key.length !== keyBytes) throw new RangeError('a storage key has 32 bytes');
    return key;
  } catch (cause) {
    throw new ClientError('internal', { cause });
  }
}
