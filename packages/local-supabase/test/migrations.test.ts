import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { applyMigrations } from '../src/index.ts';
import { createTestDatabase } from '../src/testing/index.ts';
import type { TestDatabase } from '../src/testing/index.ts';

let directory: string;
let database: TestDatabase;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sotto-migrations-'));
  database = await createTestDatabase({ migrations: false });
});
afterEach(async () => {
  await database.drop();
  await rm(directory, { recursive: true });
});

const add = (file: string, sql: string): Promise<void> => writeFile(join(directory, file), sql);
const apply = (): Promise<string[]> =>
  applyMigrations({ databaseUrl: database.databaseUrl, directory });
const query = async (sql: string): Promise<unknown[]> => {
  const client = new pg.Client(database.databaseUrl);
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
};

it('applies files in order, once, and records them as the Supabase CLI does', async () => {
  await add('20260102000000_second.sql', 'insert into a values (1);');
  await add('20260101000000_first.sql', '-- why\ncreate table a (id int); -- and more');
  await add('README.md', 'not a migration');

  const first = await apply();
  const again = await apply();

  expect(first).toEqual(['20260101000000', '20260102000000']);
  expect(again).toEqual([]);
  expect(await query('select * from supabase_migrations.schema_migrations order by 1')).toEqual([
    {
      version: '20260101000000',
      name: 'first',
      statements: ['-- why\ncreate table a (id int)', '-- and more'],
    },
    { version: '20260102000000', name: 'second', statements: ['insert into a values (1)'] },
  ]);
});

it('lets callers at the same time take turns', async () => {
  await add('20260101000000_first.sql', 'create table a (id int); select pg_sleep(0.1);');

  const results = await Promise.all([apply(), apply(), apply()]);

  expect(results.flat()).toEqual(['20260101000000']);
});

it('names file, line and reason of a failure, and takes the whole file back', async () => {
  await add('20260101000000_first.sql', 'create table a (id int);');
  await add('20260102000000_bad.sql', 'create table b (id int);\n\nselect nonsense;\n');

  const failure = apply();

  await expect(failure).rejects.toMatchObject({
    code: 'migration_failed',
    message: expect.stringMatching(/20260102000000_bad\.sql .* line 3: .*nonsense/),
  });
  expect(
    await query(`select to_regclass('a') is null as a, to_regclass('b') is null as b`),
  ).toEqual([{ a: false, b: true }]);
});

it('refuses a file older than the newest applied one', async () => {
  await add('20260102000000_second.sql', 'select 1;');
  await apply();
  await add('20260101000000_late.sql', 'select 1;');

  await expect(apply()).rejects.toMatchObject({
    code: 'migration_failed',
    message: expect.stringContaining('20260101000000_late.sql'),
  });
});

it('refuses a database that a newer version has changed', async () => {
  await add('20260101000000_first.sql', 'select 1;');
  await add('20270101000000_future.sql', 'select 1;');
  await apply();
  await rm(join(directory, '20270101000000_future.sql'));

  await expect(apply()).rejects.toMatchObject({
    code: 'migration_failed',
    message: expect.stringContaining('20270101000000'),
  });
});
