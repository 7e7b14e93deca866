import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../src/testing/index.ts';
import type { TestDatabase } from '../src/testing/index.ts';

describe('a test database', () => {
  let first: TestDatabase;
  let second: TestDatabase;

  beforeAll(async () => {
    first = await createTestDatabase();
    const start = performance.now();
    second = await createTestDatabase();
    process.stdout.write(`fresh database: ${Math.round(performance.now() - start)} ms\n`);
  });
  afterAll(async () => {
    await Promise.all([first.drop(), second.drop()]);
  });

  it('is not shared with another one', async () => {
    const client = new pg.Client(first.databaseUrl);
    await client.connect();
    await client.query('create table public.only_here (id int)');
    await client.end();

    const other = new pg.Client(second.databaseUrl);
    await other.connect();
    const { rows } = await other.query("select to_regclass('public.only_here') as found");
    await other.end();

    expect(rows).toEqual([{ found: null }]);
  });
});
