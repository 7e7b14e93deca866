import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../src/testing/index.ts';
import type { TestDatabase } from '../../src/testing/index.ts';

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase({ migrations: false });
  client = new pg.Client(database.adminUrl);
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

describe('the auth schema', () => {
  it('may run again and keeps what is there', async () => {
    const sql = await readFile(new URL('../../src/auth/schema.sql', import.meta.url), 'utf8');
    await client.query(`insert into auth.users (id, email) values (gen_random_uuid(), 'a@x.org')`);
    const before = await describeSchema();

    await client.query(sql);
    await client.query(sql);

    expect(await describeSchema()).toEqual(before);
    expect((await client.query('select email from auth.users')).rows).toEqual([
      { email: 'a@x.org' },
    ]);
  });

  it('belongs to its own role, with row level security on every table', async () => {
    const { rows } = await client.query(
      `select relname as table, relrowsecurity as secured, relowner::regrole::text as owner
       from pg_class where relnamespace = 'auth'::regnamespace and relkind = 'r'`,
    );

    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) {
      expect(row).toMatchObject({ secured: true, owner: 'supabase_auth_admin' });
    }
  });

  it('lets migrations refer to accounts', async () => {
    const migrations = new pg.Client(database.databaseUrl);
    await migrations.connect();
    await migrations.query(
      'create table public.notes (owner uuid references auth.users (id) on delete cascade)',
    );
    await migrations.query('insert into public.notes select id from auth.users');
    await migrations.end();

    await client.query('delete from auth.users');

    expect((await client.query('select 1 from public.notes')).rows).toEqual([]);
  });
});

async function describeSchema(): Promise<unknown[]> {
  const { rows } = await client.query(
    `select table_name, column_name, data_type, is_nullable, column_default
     from information_schema.columns where table_schema = 'auth' order by 1, 2`,
  );
  return rows;
}
