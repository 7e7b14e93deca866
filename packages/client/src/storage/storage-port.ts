/** Bytes that only the vault's storage key opens. The one thing a storage adapter ever sees. */
export type Sealed = Uint8Array & { readonly brand: 'Sealed' };

/**
 * The tables of the local store. `device` holds what a cold start needs before the vault is open
 * (ids, the sealed vault, sealed device keys); everything else is sealed under the storage key.
 */
export const storageTables = [
  'device',
  'state',
  'chats',
  'keys',
  'messages',
  'outbox',
  'drafts',
] as const;
export type StorageTable = (typeof storageTables)[number];

export type StorageWrite =
  | { table: StorageTable; key: string; value: Sealed }
  | { table: StorageTable; key: string; remove: true };

/**
 * Where the engine keeps ciphertext: IndexedDB in a browser, a folder or memory in Node. Keys are
 * compared as UTF-16 strings; they carry ids and zero-padded numbers only.
 */
export interface StoragePort {
  read(table: StorageTable, key: string): Promise<Sealed | undefined>;
  /** Entries with `from <= key < to`, ascending (descending with `reverse`), at most `limit`. */
  range(
    table: StorageTable,
    bounds: { from: string; to: string; limit?: number; reverse?: boolean },
  ): Promise<{ key: string; value: Sealed }[]>;
  /** All or nothing, durable when it resolves. Rejects with ClientError `storage_full` or `storage_unavailable`. */
  write(batch: readonly StorageWrite[]): Promise<void>;
  /** Removes everything, then closes. */
  erase(): Promise<void>;
  close(): Promise<void>;
}
