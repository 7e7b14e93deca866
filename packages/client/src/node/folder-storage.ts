import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBase64Url, toBase64Url } from '@sotto/crypto';
import * as z from 'zod/mini';
import { ClientError, isClientError } from '../client-error.ts';
import { createSerialQueue } from '../engine/serial-queue.ts';
import { createMemoryStorage } from '../storage/memory-storage.ts';
import type { MemoryDisk } from '../storage/memory-storage.ts';
import { storageTables } from '../storage/storage-port.ts';
import type { Sealed, StoragePort, StorageWrite } from '../storage/storage-port.ts';

/**
 * A folder as a store: a snapshot and a journal of the batches since. A batch is one line with its
 * own checksum, flushed to the disk before `write` resolves; a last line cut off by a crash is dropped
 * as a whole. Damage anywhere else is refused: what was pinned there must not be quietly forgotten.
 * The journal is folded into a new snapshot when it has grown.
 */

const snapshotName = 'store.snapshot';
const journalName = 'store.journal';
/** The journal is folded when it is larger than this and than the snapshot. */
const foldAboveBytes = 4 * 1024 * 1024;

const writeSchema = z.tuple([z.enum(storageTables), z.string(), z.nullable(z.string())]);
const batchSchema = z.array(writeSchema);

/** One process at a time may use a folder: the caller guarantees it. Files are readable by their owner only. */
export async function openFolderStorage(folder: string): Promise<StoragePort> {
  await attempt(() => mkdir(folder, { recursive: true, mode: 0o700 }));
  const disk: MemoryDisk = new Map();
  const memory = createMemoryStorage(disk);
  const snapshotPath = join(folder, snapshotName);
  const journalPath = join(folder, journalName);
  const queue = createSerialQueue();
  const snapshotLines = await readLines(snapshotPath, { mayBeTorn: false });
  const journalLines = await readLines(journalPath, { mayBeTorn: true });
  for (const line of [...snapshotLines, ...journalLines]) await memory.write(line.batch);
  let journalBytes = journalLines.at(-1)?.end ?? 0;
  let snapshotBytes = snapshotLines.at(-1)?.end ?? 0;
  const journal = await attempt(() => open(journalPath, 'a+', 0o600));
  // A torn line at the end must not swallow the next one.
  await attempt(() => journal.truncate(journalBytes));

  async function fold(): Promise<void> {
    const next = `${snapshotPath}.next`;
    const file = await open(next, 'w', 0o600);
    let bytes = 0;
    try {
      for (const [table, rows] of disk) {
        const batch = [...rows].map(([key, value]) => ({ table, key, value }));
        for (let at = 0; at < batch.length; at += 200) {
          const line = await encodeLine(batch.slice(at, at + 200));
          await file.appendFile(line);
          bytes += line.length;
        }
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, snapshotPath);
    await syncFolder(folder);
    // A crash before this repeats batches that the snapshot holds already, which changes nothing.
    await journal.truncate(0);
    await journal.sync();
    snapshotBytes = bytes;
    journalBytes = 0;
  }

  return {
    read: (table, key) => memory.read(table, key),
    range: (table, bounds) => memory.range(table, bounds),
    write: (batch) =>
      queue.run(() =>
        attempt(async () => {
          const line = await encodeLine(batch);
          try {
            await journal.appendFile(line);
            await journal.datasync();
          } catch (error) {
            await journal.truncate(journalBytes).catch(() => undefined);
            throw error;
          }
          journalBytes += line.length;
          await memory.write(batch);
          // The batch is durable already: a snapshot that does not fit must not make it look refused.
          if (journalBytes > foldAboveBytes && journalBytes > snapshotBytes) {
            await fold().catch(() => undefined);
          }
        }),
      ),
    erase: () =>
      queue.run(() =>
        attempt(async () => {
          await memory.erase();
          await journal.close();
          await Promise.all([rm(snapshotPath, { force: true }), rm(journalPath, { force: true })]);
          await syncFolder(folder);
        }),
      ),
    close: () =>
      queue.run(async () => {
        await memory.close();
        await journal.close();
      }),
  };
}

/** `sha-256 prefix SPACE json LF`; values are base64url. */
async function encodeLine(batch: readonly StorageWrite[]): Promise<Buffer> {
  const rows = batch.map((write) => [
    write.table,
    write.key,
    'remove' in write ? null : toBase64Url(write.value),
  ]);
  const json = JSON.stringify(rows);
  return Buffer.from(`${await checksum(json)} ${json}\n`);
}

interface Line {
  batch: StorageWrite[];
  /** Offset of the byte after the line. */
  end: number;
}

/** Throws `storage_unavailable` for a damaged line, unless it is the last and a write may have been cut off. */
async function readLines(path: string, { mayBeTorn }: { mayBeTorn: boolean }): Promise<Line[]> {
  const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw new ClientError('storage_unavailable', { cause: error });
  });
  const lines: Line[] = [];
  for (let start = 0; start < content.length;) {
    const end = content.indexOf(0x0a, start);
    const text = content.toString('utf8', start, end < 0 ? content.length : end);
    const json = text.slice(17);
    if (end < 0 || (await checksum(json)) !== text.slice(0, 16)) {
      if (mayBeTorn && (end < 0 || end + 1 === content.length)) break;
      throw new ClientError('storage_unavailable');
    }
    lines.push({ batch: batchSchema.parse(JSON.parse(json)).map(decodeWrite), end: end + 1 });
    start = end + 1;
  }
  return lines;
}

function decodeWrite([table, key, value]: z.infer<typeof writeSchema>): StorageWrite {
  if (value === null) return { table, key, remove: true };
  return { table, key, value: fromBase64Url(value) as Sealed };
}

async function checksum(json: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', Buffer.from(json));
  return Buffer.from(digest).toString('hex').slice(0, 16);
}

/** Makes names durable, where the system lets a folder be opened. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

async function attempt<Result>(task: () => Promise<Result>): Promise<Result> {
  try {
    return await task();
  } catch (error) {
    if (isClientError(error)) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    throw new ClientError(full ? 'storage_full' : 'storage_unavailable', { cause: error });
  }
}
