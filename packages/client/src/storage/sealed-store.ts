import { decryptRecord, encryptRecord, fromUtf8, utf8 } from '@sotto/crypto';
import type * as z from 'zod/mini';
import { ClientError, isClientError } from '../client-error.ts';
import type { RandomSource } from '../platform.ts';
import { parseRecord, serializeRecord } from './json-bytes.ts';
import type { AccountStorage } from './scoped-storage.ts';
import type { Sealed, StorageTable, StorageWrite } from './storage-port.ts';

/**
 * Records of one account, sealed under the vault's local storage key. Table and key are bound into
 * the encryption, so that a row moved elsewhere in the store does not open.
 */
export interface SealedStore {
  /** Throws `internal` for a row that does not open ({@link ifDamaged}). */
  read<T>(table: StorageTable, key: string, schema: z.ZodMiniType<T>): Promise<T | undefined>;
  /** With `onDamaged`, rows that do not open are left out and told there; without, the first one throws. */
  range<T>(
    table: StorageTable,
    bounds: { from: string; to: string; limit?: number; reverse?: boolean },
    schema: z.ZodMiniType<T>,
    onDamaged?: (key: string) => void,
  ): Promise<{ key: string; value: T }[]>;
  /** Makes a write without doing it, to be committed together with others. */
  seal(table: StorageTable, key: string, value: unknown): Promise<StorageWrite>;
  /** Throws `locked` when the account was closed meanwhile. */
  write(batch: readonly StorageWrite[]): Promise<void>;
}

/** For `catch` behind {@link SealedStore.read}: what to go on with when the row is damaged. */
export const ifDamaged =
  <Instead>(instead: () => Instead) =>
  (error: unknown): Instead => {
    if (isClientError(error, 'internal')) return instead();
    throw error;
  };

/** Rows opened at once: some milliseconds of work, then the event loop gets its turn. */
const rowsAtOnce = 32;

export function createSealedStore(options: {
  storage: AccountStorage;
  storageKey: Uint8Array;
  random: RandomSource;
  /** False once the key is being overwritten: nothing is written from then on. */
  isOpen: () => boolean;
}): SealedStore {
  const { storage, storageKey, random, isOpen } = options;
  const contextOf = (table: StorageTable, key: string) => [utf8(table), utf8(key)];

  async function open<T>(
    table: StorageTable,
    key: string,
    sealed: Sealed,
    schema: z.ZodMiniType<T>,
  ): Promise<T> {
    const context = contextOf(table, key);
    try {
      const plaintext = await decryptRecord({ key: storageKey, context, ciphertext: sealed });
      return schema.parse(parseRecord(fromUtf8(plaintext)));
    } catch (cause) {
      // A key that was overwritten under way says nothing about the row.
      throw new ClientError(isOpen() ? 'internal' : 'locked', { cause });
    }
  }

  return {
    async read(table, key, schema) {
      const sealed = await storage.read(table, key);
      return sealed && (await open(table, key, sealed, schema));
    },
    async range(table, bounds, schema, onDamaged) {
      const rows = await storage.range(table, bounds);
      const opened: { key: string; value: Awaited<ReturnType<typeof schema.parse>> }[] = [];
      for (let at = 0; at < rows.length; at += rowsAtOnce) {
        const slice = rows.slice(at, at + rowsAtOnce);
        const some = await Promise.all(
          slice.map(async ({ key, value }) => {
            try {
              return [{ key, value: await open(table, key, value, schema) }];
            } catch (error) {
              if (!onDamaged || !isClientError(error, 'internal')) throw error;
              onDamaged(key);
              return [];
            }
          }),
        );
        opened.push(...some.flat());
      }
      return opened;
    },
    async seal(table, key, value) {
      const plaintext = utf8(serializeRecord(value));
      const context = contextOf(table, key);
      const sealed = await encryptRecord({ key: storageKey, context, plaintext, random });
      return { table, key, value: sealed as Sealed };
    },
    async write(batch) {
      if (!isOpen()) throw new ClientError('locked');
      await storage.write(batch);
    },
  };
}
