import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';

const tool = fileURLToPath(new URL('db.ts', import.meta.url));

/** Runs the command as `npm run db --` does. */
const db = (...words: string[]) =>
  new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', tool, ...words], (error, stdout, stderr) => {
      resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr });
    });
  });

describe('npm run db', { timeout: 180_000 }, () => {
  test('lists the migrations of an embedded database', async () => {
    const { exitCode, stdout } = await db('list');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('20261121100000');
  });

  test('pushes to a given database when told so', async () => {
    const database = await createTestDatabase({ migrations: false });

    const pushed = await db('push', `--remote=${database.databaseUrl}`, '--yes');
    const again = await db('push', `--remote=${database.databaseUrl}`, '--yes');
    await database.drop();

    expect(pushed).toMatchObject({ exitCode: 0 });
    expect(again.stdout).toContain('up to date');
  });

  test.each(['drop', 'push more', 'list --nonsense'])('explains itself for: %s', async (words) => {
    const { exitCode, stderr } = await db(...words.split(' '));

    expect(exitCode).toBe(64);
    expect(stderr).toContain('npm run db --');
  });
});
