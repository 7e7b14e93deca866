import { readFile, readdir } from 'node:fs/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';

const documentation = await readFile(new URL('../../docs/database.md', import.meta.url), 'utf8');

test('docs/database.md says of every column what an operator can learn', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client(database.databaseUrl);
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `select case table_schema when 'public' then '' else table_schema || '.' end
       || table_name || '.' || column_name as name
     from information_schema.columns where table_schema in ('public', 'private')`,
  );
  await client.end();
  await database.drop();

  const documented = [...documentation.matchAll(/^\| `([a-z_]+(?:\.[a-z_]+)+)` +\| .+ \|$/gm)]
    .map(([, name]) => name as string)
    // Names of tables, in the table before.
    .filter((name) => !/^private\.[a-z_]+$/.test(name));

  expect(documented.toSorted()).toEqual(rows.map(({ name }) => name).toSorted());
});

const folder = new URL('../migrations/', import.meta.url);
const migrations = (await readdir(folder)).filter((name) => name.endsWith('.sql'));

test.each(migrations)('%s is named and begins as every migration', async (name) => {
  const sql = await readFile(new URL(name, folder), 'utf8');
  const header = sql.slice(0, sql.search(/^[^-]/m));

  expect(name).toMatch(/^\d{14}_[a-z]+(_[a-z0-9]+)+\.sql$/);
  for (const part of ['purpose', 'the server can learn', 'locks', 'way back']) {
    expect(header).toMatch(new RegExp(`^-- ${part}: `, 'm'));
  }
  expect(sql.split('\n').length).toBeLessThanOrEqual(400);
});

test('statements are lower case', async () => {
  const texts = await Promise.all(
    migrations.map((name) => readFile(new URL(name, folder), 'utf8')),
  );
  const code = texts
    .join('\n')
    .replaceAll(/--.*$/gm, '')
    .replaceAll(/'(?:[^']|'')*'/g, "''");

  expect(code.match(/\b[A-Z]{2,}\b/g)).toBeNull();
});
