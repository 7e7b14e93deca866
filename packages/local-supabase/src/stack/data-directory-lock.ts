import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalSupabaseError } from '../errors.ts';
import { isAlive } from '../process/is-alive.ts';

const attempts = 5;

/**
 * Takes a data directory for this process; the lock of a process that died is taken over.
 *
 * The file appears complete, by a hard link, so that nobody reads it half written.
 *
 * @returns what gives it back.
 * @throws LocalSupabaseError `data_directory_in_use`, naming the process that holds it.
 */
export async function lockDataDirectory(dataDir: string): Promise<() => Promise<void>> {
  const lock = join(dataDir, 'stack.lock');
  const mark = randomBytes(6).toString('hex');
  const own = `${lock}.${mark}`;
  await writeFile(own, `${process.pid} ${await startedAt(process.pid)} ${mark}\n`, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      try {
        await link(own, lock);
        return () => rm(lock, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const held = await readFile(lock, 'utf8').catch(() => '');
      const [pid = '', started = ''] = held.split(' ');
      if (isAlive(Number(pid) || -1) && (await startedAt(Number(pid))) === started) {
        throw inUse(dataDir, pid);
      }
      // Of several processes that find the same stale lock, the rename lets one move it away.
      const aside = `${own}.stale`;
      await rename(lock, aside).catch(() => undefined);
      await rm(aside, { force: true });
    }
    throw inUse(dataDir, 'unknown');
  } finally {
    await rm(own, { force: true });
  }
}

const inUse = (dataDir: string, pid: string): LocalSupabaseError =>
  new LocalSupabaseError(
    'data_directory_in_use',
    `${dataDir} is in use by process ${pid}. Stop it first, or choose another data directory.`,
  );

/** Start time in clock ticks since boot, where /proc tells it: process numbers are used again. */
async function startedAt(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name in parentheses may hold spaces; the start time is field 22, the 20th after it.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
}
