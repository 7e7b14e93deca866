import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive } from './is-alive.ts';

const pollMs = 20;
const maxWaitMs = 90_000;
const namingMs = 3_000;

/**
 * Runs `work` while no other process does so under the same `path`: a lock made of a folder, which
 * only one process can create. The lock of a process that died is taken over.
 */
export async function exclusively<T>(path: string, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + maxWaitMs;
  for (;;) {
    try {
      await mkdir(path, { mode: 0o700 });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (Date.now() > deadline) throw new Error(`Waited too long for the lock ${path}`);
    await removeIfAbandoned(path);
    await pause(pollMs);
  }
  try {
    await writeFile(join(path, 'pid'), String(process.pid));
    return await work();
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

async function removeIfAbandoned(path: string): Promise<void> {
  const holder = Number(await readFile(join(path, 'pid'), 'utf8').catch(() => ''));
  if (holder ? isAlive(holder) : await isYoung(path)) return;
  const aside = `${path}.${process.pid}.${Date.now()}`;
  // Only one of several waiting processes wins the rename.
  await rename(path, aside).catch(() => undefined);
  await rm(aside, { recursive: true, force: true });
}

/** A lock without a number is one whose holder is about to write it, or died before it could. */
async function isYoung(path: string): Promise<boolean> {
  const made = await stat(path).catch(() => undefined);
  return made === undefined || Date.now() - made.mtimeMs < namingMs;
}
