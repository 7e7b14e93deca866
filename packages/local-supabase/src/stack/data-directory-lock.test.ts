import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockDataDirectory } from './data-directory-lock.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sotto-lock-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

it('is held by one, given back, and leaves no file', async () => {
  const release = await lockDataDirectory(directory);
  await expect(lockDataDirectory(directory)).rejects.toMatchObject({
    code: 'data_directory_in_use',
  });
  await release();

  const again = await lockDataDirectory(directory);
  await again();

  expect(await readdir(directory)).toEqual([]);
});

it('goes to exactly one of many that ask at once', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, () => lockDataDirectory(directory)),
  );

  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it.each([
  ['a process that is gone', '2147483646 1 x\n'],
  ['another process with the same number', `${process.pid} 1 x\n`],
  ['nobody, because the file is damaged', ''],
])('is taken over from %s', async (_what, content) => {
  await writeFile(join(directory, 'stack.lock'), content);

  const release = await lockDataDirectory(directory);

  await release();
  expect(await readdir(directory)).toEqual([]);
});
