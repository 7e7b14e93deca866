/**
 * Runs `tests/database/*.test.sql`, as `supabase test db` would in its container. pgTAP comes from
 * Debian; elsewhere these tests are skipped, and what they check is checked by the others too.
 */
import { readFile, readdir } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { findPgtap } from '../tools/pgtap.ts';
import type { Pgtap } from '../tools/pgtap.ts';

const folder = new URL('database/', import.meta.url);
const files = (await readdir(folder)).filter((name) => name.endsWith('.test.sql')).sort();

let pgtap: Pgtap;
let database: TestDatabase | undefined;

beforeAll(async () => {
  pgtap = await findPgtap();
  if ('missing' in pgtap) {
    process.stderr.write(`pgTAP files skipped: ${pgtap.missing}\n`);
    return;
  }
  database = await createTestDatabase();
  const client = new pg.Client(database.adminUrl);
  await client.connect();
  await client.query(`begin; set local search_path = extensions; ${pgtap.sql}; commit;`);
  await client.end();
});

afterAll(async () => {
  await database?.drop();
});

/** The lines a file prints, in TAP. */
async function runFile(databaseUrl: string, name: string): Promise<string[]> {
  const sql = await readFile(new URL(name, folder), 'utf8');
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const results = (await client.query({
      // Its functions are there already, without the extension around them.
      text: sql.replace(/^create extension if not exists pgtap .*$/m, ''),
      rowMode: 'array',
    })) as unknown as pg.QueryArrayResult<string[]>[];
    return results
      .filter(({ command }) => command === 'SELECT')
      .flatMap(({ rows }) => rows.flatMap(([cell]) => (cell ?? '').split('\n')));
  } finally {
    await client.end();
  }
}

test.for(files)('%s', async (name, { skip }) => {
  if ('missing' in pgtap) skip(pgtap.missing);

  const lines = await runFile((database as TestDatabase).databaseUrl, name);

  const planned = Number(/^1\.\.(\d+)$/.exec(lines[0] ?? '')?.[1]);
  // A failure, its explanation, and a number of tests that is not the planned one.
  expect(lines.filter((line) => /^(not ok|#)/.test(line))).toEqual([]);
  expect(lines.filter((line) => line.startsWith('ok '))).toHaveLength(planned);
});
