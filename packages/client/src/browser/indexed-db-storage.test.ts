import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isClientError } from '../client-error.ts';
import type { ClientErrorCode } from '../client-error.ts';
import type { Sealed, StoragePort } from '../storage/storage-port.ts';
import { openIndexedDbStorage } from './indexed-db-storage.ts';
import { databaseName } from './names.ts';

const sealed = (...bytes: number[]): Sealed => Uint8Array.from(bytes) as Sealed;

async function codeOf(work: Promise<unknown>): Promise<ClientErrorCode | 'no failure'> {
  try {
    await work;
    return 'no failure';
  } catch (error) {
    if (isClientError(error)) return error.code;
    throw error;
  }
}

function connect(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error('cannot open', { cause: request.error }));
  });
}

let storage: StoragePort;

beforeEach(async () => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  storage = await openIndexedDbStorage();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await storage.close();
  vi.unstubAllGlobals();
});

describe('the IndexedDB store', () => {
  it('reads back what was written, by table and key', async () => {
    await storage.write([
      { table: 'chats', key: 'x', value: sealed(1) },
      { table: 'drafts', key: 'x', value: sealed(2) },
    ]);

    expect(await storage.read('chats', 'x')).toEqual(sealed(1));
    expect(await storage.read('drafts', 'x')).toEqual(sealed(2));
    expect(await storage.read('outbox', 'x')).toBeUndefined();
  });

  it('keeps its content when it is closed and opened again', async () => {
    await storage.write([{ table: 'device', key: 'id', value: sealed(7) }]);
    await storage.close();

    storage = await openIndexedDbStorage();

    expect(await storage.read('device', 'id')).toEqual(sealed(7));
  });

  it('replaces and removes in the order of the batch', async () => {
    await storage.write([
      { table: 'state', key: 'a', value: sealed(1) },
      { table: 'state', key: 'a', value: sealed(2) },
      { table: 'state', key: 'b', value: sealed(3) },
      { table: 'state', key: 'b', remove: true },
    ]);

    expect(await storage.read('state', 'a')).toEqual(sealed(2));
    expect(await storage.read('state', 'b')).toBeUndefined();
  });

  it('accepts an empty batch', async () => {
    await expect(storage.write([])).resolves.toBeUndefined();
  });

  it.each([
    ['ascending', {}, ['m2', 'm3', 'm4']],
    ['descending', { reverse: true }, ['m4', 'm3', 'm2']],
    ['the first two', { limit: 2 }, ['m2', 'm3']],
    ['the last two', { limit: 2, reverse: true }, ['m4', 'm3']],
    ['none', { limit: 0 }, []],
    ['none, descending', { limit: 0, reverse: true }, []],
  ])('gives a range without its upper bound: %s', async (_title, options, keys) => {
    await storage.write(
      [1, 2, 3, 4, 5].map((n) => ({ table: 'messages', key: `m${n}`, value: sealed(n) })),
    );

    const entries = await storage.range('messages', { from: 'm2', to: 'm5', ...options });

    expect(entries.map((entry) => entry.key)).toEqual(keys);
    expect(entries.map((entry) => `m${entry.value[0]}`)).toEqual(keys);
  });

  it('gives nothing for an empty or inverted range', async () => {
    await storage.write([{ table: 'keys', key: 'k', value: sealed(1) }]);

    expect(await storage.range('keys', { from: 'k', to: 'k' })).toEqual([]);
    expect(await storage.range('keys', { from: 'z', to: 'a' })).toEqual([]);
  });

  it('orders keys as UTF-16 strings', async () => {
    const keys = ['\u{1f600}', '\uffff', 'b', 'B', '10', '2'];
    await storage.write(keys.map((key) => ({ table: 'keys', key, value: sealed(0) })));

    const entries = await storage.range('keys', { from: '', to: '\uffff\uffff' });

    expect(entries.map((entry) => entry.key)).toEqual([...keys].sort());
  });

  it('stores only the bytes of a view, never the buffer behind it', async () => {
    const buffer = Uint8Array.from([9, 9, 1, 2, 9, 9]);

    await storage.write([{ table: 'state', key: 'v', value: buffer.subarray(2, 4) as Sealed }]);

    const stored = await storage.read('state', 'v');
    expect(stored).toEqual(sealed(1, 2));
    expect(stored?.buffer.byteLength).toBe(2);
  });

  it('writes nothing of a batch in which one write fails', async () => {
    const uncloneable: unknown = { byteLength: 1, buffer: { byteLength: 1, of: () => undefined } };

    const code = await codeOf(
      storage.write([
        { table: 'state', key: 'first', value: sealed(1) },
        { table: 'outbox', key: 'second', value: uncloneable as Sealed },
      ]),
    );

    expect(code).toBe('storage_unavailable');
    expect(await storage.read('state', 'first')).toBeUndefined();
  });

  it('asks the browser to report a write only once it is on disk', async () => {
    const database = await connect();
    const transaction = vi.spyOn(Object.getPrototypeOf(database) as IDBDatabase, 'transaction');

    await storage.write([{ table: 'state', key: 'a', value: sealed(1) }]);

    expect(transaction).toHaveBeenCalledWith(expect.anything(), 'readwrite', {
      durability: 'strict',
    });
    database.close();
  });

  it('says storage_full when the browser gives no more room', async () => {
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('no room', 'QuotaExceededError');
    });

    const code = await codeOf(storage.write([{ table: 'state', key: 'a', value: sealed(1) }]));

    expect(code).toBe('storage_full');
  });

  it('says storage_unavailable where there is no IndexedDB', async () => {
    vi.stubGlobal('indexedDB', undefined);

    expect(await codeOf(openIndexedDbStorage())).toBe('storage_unavailable');
  });

  it('says storage_unavailable when another connection blocks the way to a new version', async () => {
    await storage.close();
    const blocking = await connect();
    const open = indexedDB.open.bind(indexedDB);
    vi.spyOn(indexedDB, 'open').mockImplementation((name) => open(name, 2));

    expect(await codeOf(openIndexedDbStorage())).toBe('storage_unavailable');

    blocking.close();
  });

  it('says storage_unavailable when another connection keeps it from being erased', async () => {
    const blocking = await connect();

    expect(await codeOf(storage.erase())).toBe('storage_unavailable');

    blocking.close();
  });

  it('gives way to an erase from elsewhere, and says storage_unavailable from then on', async () => {
    await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(databaseName);
      request.onsuccess = resolve;
      request.onblocked = reject;
    });

    expect(await codeOf(storage.read('state', 'a'))).toBe('storage_unavailable');
    expect(await codeOf(storage.write([{ table: 'state', key: 'a', remove: true }]))).toBe(
      'storage_unavailable',
    );
  });

  it('leaves no database behind when it is erased', async () => {
    await storage.write([{ table: 'state', key: 'a', value: sealed(1) }]);

    await storage.erase();

    expect(await indexedDB.databases()).toEqual([]);
    expect(await codeOf(storage.read('state', 'a'))).toBe('storage_unavailable');
  });

  it('names nothing that says what it holds', async () => {
    const database = await connect();

    const names = [database.name, ...database.objectStoreNames].join(' ');

    expect(names).not.toMatch(/sotto|chat|message|mail|key|vault|outbox|draft|device/i);
    database.close();
  });
});
