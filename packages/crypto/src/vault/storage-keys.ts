import { assertBytes } from '../encoding/bytes.ts';
import { frame } from '../encoding/frame.ts';
import { hkdfSha256 } from '../primitives/hkdf.ts';

/** The keys for everything that is stored, 32 bytes each. */
export interface StorageKeys {
  /** Records of the local store. */
  localStorageKey: Uint8Array;
  /** Backups that leave the device. */
  backupKey: Uint8Array;
  /** Keys that are wrapped into the vault. */
  keyWrapKey: Uint8Array;
}

/** Derives the storage keys from the 32-byte vault key by HKDF, one label each. */
export async function deriveStorageKeys(vaultKey: Uint8Array): Promise<StorageKeys> {
  assertBytes(vaultKey, 'vaultKey', 32);
  const derive = (name: string): Promise<Uint8Array> =>
    hkdfSha256({
      ikm: vaultKey,
      salt: new Uint8Array(0),
      info: frame(`sotto/v1/storage-key/${name}`, []),
      length: 32,
    });
  const [localStorageKey, backupKey, keyWrapKey] = await Promise.all([
    derive('local'),
    derive('backup'),
    derive('wrap'),
  ]);
  return { localStorageKey, backupKey, keyWrapKey };
}
