import { fromUtf8, utf8 } from '@sotto/crypto';
import { deviceIdSchema, userIdSchema } from '@sotto/protocol';
import type { UserId } from '@sotto/protocol';
import * as z from 'zod/mini';
import { ClientError } from '../client-error.ts';
import { bytesField } from '../storage/bytes-field.ts';
import { parseRecord, serializeRecord } from '../storage/json-bytes.ts';
import { scopeStorage } from '../storage/scoped-storage.ts';
import type { AccountStorage } from '../storage/scoped-storage.ts';
import { storageTables } from '../storage/storage-port.ts';
import type { Sealed, StoragePort, StorageTable } from '../storage/storage-port.ts';
import { keysUnder } from '../storage/record-keys.ts';
import { sealedVaultSchema } from '../vault/vault-record.ts';

/**
 * What a cold start finds of a device before anything is open: ids, the sealed vault, the wrapped storage
 * key and the sealed private keys. `registered` is false between making the keys and the relay's answer; the same keys
 * are offered again then.
 */
export const deviceRecordSchema = z.object({
  format: z.literal(1),
  deviceId: deviceIdSchema,
  registered: z.boolean(),
  /** Null after signing out: then only the relay's copy opens what lies here. */
  vault: z.nullable(sealedVaultSchema),
  /** The highest vault version this device has opened; a lower one is refused. */
  vaultVersion: z.int().check(z.gte(1)),
  sealedKeys: bytesField,
  /**
   * The key of the local store, wrapped under the vault that lies here. Absent in records from before:
   * their store is under the key that the account's first vault key gives.
   */
  storageKey: z.optional(bytesField),
  /** The auth session that the relay has tied to this device; another one has to be tied first. */
  boundSessionId: z.nullable(z.string()),
});
export type DeviceRecord = z.infer<typeof deviceRecordSchema>;

const currentKey = 'current';
const recordKey = 'record';
const authKey = 'auth';
/** The wrapped storage key of a device that is gone, as long as rows that it seals are kept. */
const keptKey = 'storage-key';
const rowsAtOnce = 500;
const currentSchema = z.object({ userId: userIdSchema });

const encode = (value: unknown): Sealed => utf8(serializeRecord(value)) as Sealed;

/** The account that used this installation last; undefined on a fresh one, and where it cannot be read. */
export async function readCurrentUser(storage: StoragePort): Promise<UserId | undefined> {
  const stored = await storage.read('device', currentKey);
  if (!stored) return undefined;
  try {
    return currentSchema.parse(parseRecord(fromUtf8(stored))).userId;
  } catch {
    return undefined;
  }
}

export async function writeCurrentUser(storage: StoragePort, userId: UserId): Promise<void> {
  await storage.write([{ table: 'device', key: currentKey, value: encode({ userId }) }]);
}

/** Nobody is proposed at the next start, if it would have been this account. */
export async function forgetCurrentUser(storage: StoragePort, userId: UserId): Promise<void> {
  if ((await readCurrentUser(storage)) !== userId) return;
  await storage.write([{ table: 'device', key: currentKey, remove: true }]);
}

/** One account's device record and sealed auth session on this installation. */
export interface DeviceShelf {
  readonly storage: AccountStorage;
  /** Throws `internal` for a record this version cannot read. */
  read(): Promise<DeviceRecord | undefined>;
  write(record: DeviceRecord): Promise<void>;
  /**
   * Removes everything of this account from the installation; with `kept`, all but the rows under that
   * prefix and the wrapped storage key that they are sealed under.
   */
  wipe(kept?: { table: StorageTable; prefix: string }): Promise<void>;
  /** What {@link DeviceShelf.wipe} kept of the storage key, until a record is written. */
  readKeptKey(): Promise<Uint8Array | undefined>;
  readAuth(): Promise<Sealed | undefined>;
  writeAuth(sealed: Sealed | null): Promise<void>;
}

export function createDeviceShelf(port: StoragePort, userId: UserId): DeviceShelf {
  const storage = scopeStorage(port, userId);

  async function read(): Promise<DeviceRecord | undefined> {
    const stored = await storage.read('device', recordKey);
    if (!stored) return undefined;
    try {
      return deviceRecordSchema.parse(parseRecord(fromUtf8(stored)));
    } catch (cause) {
      throw new ClientError('internal', { cause });
    }
  }

  /** Before the record goes: a crash between leaves both. */
  async function keepKey(): Promise<void> {
    const storageKey = (await read().catch(() => undefined))?.storageKey;
    if (!storageKey) return;
    await storage.write([{ table: 'device', key: keptKey, value: storageKey as Sealed }]);
  }

  async function wipeRange(table: StorageTable, keys: { from: string; to: string }): Promise<void> {
    for (;;) {
      const rows = await storage.range(table, { ...keys, limit: rowsAtOnce });
      if (rows.length === 0) return;
      await storage.write(rows.map(({ key }) => ({ table, key, remove: true })));
    }
  }

  return {
    storage,
    read,
    write: (record) =>
      storage.write([
        { table: 'device', key: recordKey, value: encode(record) },
        { table: 'device', key: keptKey, remove: true },
      ]),
    async wipe(kept) {
      const all = keysUnder('');
      if (kept) await keepKey();
      const keptRows = kept ? [kept, { table: 'device' as const, prefix: keptKey }] : [];
      for (const table of storageTables) {
        const found = keptRows.find((one) => one.table === table);
        const stays = found ? keysUnder(found.prefix) : { from: all.to, to: all.to };
        await wipeRange(table, { from: all.from, to: stays.from });
        await wipeRange(table, { from: stays.to, to: all.to });
      }
    },
    readKeptKey: () => storage.read('device', keptKey),
    readAuth: () => storage.read('device', authKey),
    writeAuth: (sealed) =>
      storage.write([
        sealed
          ? { table: 'device', key: authKey, value: sealed }
          : { table: 'device', key: authKey, remove: true },
      ]),
  };
}
