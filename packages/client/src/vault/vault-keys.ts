import { deriveStorageKeys, identityKeyPairFromSeed, zeroize } from '@sotto/crypto';
import type { IdentityKeyPair, StorageKeys, VaultContents } from '@sotto/crypto';

/** What one version of the vault's key and contents gives. */
export interface VaultKeys {
  /** 32 secret bytes. */
  readonly vaultKey: Uint8Array;
  /** The key that signs the account's manifests. */
  readonly accountKey: IdentityKeyPair;
  /** Derived from the vault key. What is made now is made under these. */
  readonly keys: StorageKeys;
  /** Derived from the vault keys before it, the oldest first: they open what was made then, and seal nothing. */
  readonly formerKeys: readonly StorageKeys[];
}

/** Takes `vaultKey` over, and overwrites the former vault keys in `contents` once they are derived from. */
export async function deriveVaultKeys(
  vaultKey: Uint8Array,
  contents: Pick<VaultContents, 'accountSeed' | 'formerVaultKeys'>,
): Promise<VaultKeys> {
  const { accountSeed, formerVaultKeys } = contents;
  const [accountKey, keys, ...formerKeys] = await Promise.all([
    identityKeyPairFromSeed(accountSeed),
    deriveStorageKeys(vaultKey),
    ...formerVaultKeys.map((key) => deriveStorageKeys(key)),
  ]);
  zeroize(...formerVaultKeys);
  return { vaultKey, accountKey, keys, formerKeys };
}

/** Overwrites all of them. */
export function forgetVaultKeys({ vaultKey, accountKey, keys, formerKeys }: VaultKeys): void {
  zeroize(vaultKey, accountKey.seed);
  for (const { localStorageKey, backupKey, keyWrapKey } of [keys, ...formerKeys]) {
    zeroize(localStorageKey, backupKey, keyWrapKey);
  }
}
