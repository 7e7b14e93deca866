import { deleteDB, openDB } from 'idb';
import type { IDBPDatabase } from 'idb';
import { ClientError } from '../client-error.ts';
import { storageTables } from '../storage/storage-port.ts';
import type { Sealed, StoragePort, StorageTable, StorageWrite } from '../storage/storage-port.ts';
import { databaseName, objectStoreNames } from './names.ts';

const schemaVersion = 1;

function storageError(cause: unknown): ClientError {
  const full = cause instanceof DOMException && cause.name === 'QuotaExceededError';
  return new ClientError(full ? 'storage_full' : 'storage_unavailable', { cause });
}

async function reported<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error);
  }
}

/**
 * The bytes in a buffer of their own: a structured clone of a view stores the whole buffer behind
 * it, and that may hold bytes nobody meant to write to disk.
 */
function detached(value: Sealed): Uint8Array {
  return value.byteLength === value.buffer.byteLength ? value : value.slice();
}

const connectionElsewhere = (): Error => new Error('another connection does not close');

function open(name: string): Promise<IDBPDatabase> {
  return new Promise((resolve, reject) => {
    const opening = openDB(name, schemaVersion, {
      upgrade(database) {
        for (const table of storageTables) {
          const store = objectStoreNames[table];
          if (!database.objectStoreNames.contains(store)) database.createObjectStore(store);
        }
      },
      blocked() {
        reject(connectionElsewhere());
        // The browser still opens it once the other connection ends: nobody would close it.
        void opening.then((database) => database.close());
      },
      // A newer version of the client, or an erase elsewhere, waits for this connection.
      blocking(_current, _next, event) {
        (event.target as IDBDatabase).close();
      },
    });
    opening.then(resolve, reject);
  });
}

/** Rejects when another connection stays open: the browser would delete only after that. */
function deletion(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    deleteDB(name, { blocked: () => reject(connectionElsewhere()) }).then(resolve, reject);
  });
}

async function collectBackwards(
  database: IDBPDatabase,
  table: StorageTable,
  range: IDBKeyRange,
  limit: number | undefined,
): Promise<{ key: string; value: Sealed }[]> {
  const entries: { key: string; value: Sealed }[] = [];
  const store = database.transaction(objectStoreNames[table]).store;
  let cursor = await store.openCursor(range, 'prev');
  while (cursor) {
    entries.push({ key: cursor.key as string, value: cursor.value as Sealed });
    if (entries.length === limit) break;
    cursor = await cursor.continue();
  }
  return entries;
}

async function collect(
  database: IDBPDatabase,
  table: StorageTable,
  range: IDBKeyRange,
  limit: number | undefined,
): Promise<{ key: string; value: Sealed }[]> {
  const store = database.transaction(objectStoreNames[table]).store;
  const [keys, values] = await Promise.all([
    store.getAllKeys(range, limit),
    store.getAll(range, limit) as Promise<Sealed[]>,
  ]);
  return values.map((value, index) => ({ key: keys[index] as string, value }));
}

async function writeBatch(database: IDBPDatabase, batch: readonly StorageWrite[]): Promise<void> {
  const stores = [...new Set(batch.map((write) => objectStoreNames[write.table]))];
  const transaction = database.transaction(stores, 'readwrite', { durability: 'strict' });
  const requests: Promise<unknown>[] = [];
  try {
    for (const write of batch) {
      const store = transaction.objectStore(objectStoreNames[write.table]);
      requests.push(
        'remove' in write ? store.delete(write.key) : store.put(detached(write.value), write.key),
      );
    }
  } catch (error) {
    // A request that cannot even be made would leave the ones before it to be committed.
    transaction.abort();
    await Promise.allSettled([transaction.done, ...requests]);
    throw error;
  }
  // `done` first: it says why the transaction failed, the requests only that it was aborted.
  await Promise.all([transaction.done, ...requests]);
}

/**
 * Opens the store of this browser profile in IndexedDB. A write resolves when the browser reports
 * it on disk (`durability: 'strict'`). Rejects with ClientError `storage_unavailable` where the
 * browser has no IndexedDB, refuses it, or another tab holds an older version open; every method
 * does so too once the connection is closed, by `close`, `erase` or a newer version of the client.
 */
export async function openIndexedDbStorage(name: string = databaseName): Promise<StoragePort> {
  const database = await reported(() => open(name));

  return {
    read: (table, key) =>
      reported(() => database.get(objectStoreNames[table], key) as Promise<Sealed | undefined>),

    range: (table, { from, to, limit, reverse }) =>
      reported(async () => {
        // IDBKeyRange throws on an empty range, and a count of 0 means "all".
        if (from >= to || limit === 0) return [];
        const range = IDBKeyRange.bound(from, to, false, true);
        return reverse
          ? await collectBackwards(database, table, range, limit)
          : await collect(database, table, range, limit);
      }),

    write: (batch) =>
      reported(async () => {
        if (batch.length > 0) await writeBatch(database, batch);
      }),

    erase: () =>
      reported(async () => {
        database.close();
        await deletion(name);
      }),

    close: () => {
      database.close();
      return Promise.resolve();
    },
  };
}
