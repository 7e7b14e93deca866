import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { exclusively } from './exclusive-folder.ts';

let folder: string;
let lock: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sotto-exclusive-'));
  lock = join(folder, 'lock');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

it('lets one work at a time and leaves nothing behind', async () => {
  let inside = 0;
  let most = 0;

  await Promise.all(
    Array.from({ length: 8 }, () =>
      exclusively(lock, async () => {
        most = Math.max(most, ++inside);
        await pause(5);
        inside--;
      }),
    ),
  );

  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

it('is free again after the work has failed', async () => {
  const failing = exclusively(lock, () => Promise.reject(new Error('no')));

  await expect(failing).rejects.toThrow('no');
  expect(await exclusively(lock, () => Promise.resolve('yes'))).toBe('yes');
});

it.each([
  ['by a process that is gone', '2147483646'],
  ['before its holder could name itself', undefined],
])('is taken over when it was abandoned %s', async (_when, pid) => {
  await mkdir(lock);
  if (pid !== undefined) await writeFile(join(lock, 'pid'), pid);
  const before = new Date(Date.now() - 60_000);
  await utimes(lock, before, before);

  expect(await exclusively(lock, () => Promise.resolve('mine'))).toBe('mine');
});
