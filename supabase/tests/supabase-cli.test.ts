import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { generateTypes, typesFile } from '../tools/generated-types.ts';
import { runSupabaseCli } from '../tools/supabase-cli.ts';

interface Listing {
  migrations: { local: string; remote: string }[];
}

const folder = fileURLToPath(new URL('../migrations', import.meta.url));
const versionsInFolder = (await readdir(folder)).map((file) => file.slice(0, 14)).toSorted();

const listMigrations = async (database: TestDatabase): Promise<Listing['migrations']> => {
  const { stdout } = await runSupabaseCli([
    'migration',
    'list',
    `--remote=${database.databaseUrl}`,
    '--output-format=json',
  ]);
  return (JSON.parse(stdout) as Listing).migrations;
};

/** Everything the migrations made, as text: two databases with the same text are alike. */
async function describeSchema(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ line: string }>(`
      select format('column %s.%s %s %s %s %s', table_schema, table_name, column_name, data_type,
        is_nullable, column_default) as line
      from information_schema.columns where table_schema in ('public', 'private')
      union all
      select format('constraint %s %s', conrelid::regclass, pg_get_constraintdef(oid))
      from pg_constraint where connamespace in ('public'::regnamespace, 'private'::regnamespace)
      union all
      select format('index %s', indexdef) from pg_indexes where schemaname in ('public', 'private')
      union all
      select format('function %s %s %s', pg_get_functiondef(oid), proacl, proowner::regrole)
      from pg_proc where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
      union all
      select format('relation %s %s %s %s', oid::regclass, relacl, relrowsecurity, reloptions)
      from pg_class where relnamespace in ('public'::regnamespace, 'private'::regnamespace)
      union all
      select format('policy %s', to_jsonb(p)) from pg_policies p
      union all
      select format('trigger %s', pg_get_triggerdef(oid)) from pg_trigger where not tgisinternal
      union all
      select format('default %s %s %s', defaclrole::regrole, defaclobjtype, defaclacl)
      from pg_default_acl
      order by 1`);
    return rows.map(({ line }) => line);
  } finally {
    await client.end();
  }
}

// Each run of the CLI takes a second, and ten on a busy machine.
describe('the Supabase CLI', { timeout: 180_000 }, () => {
  let pushed: TestDatabase;
  let applied: TestDatabase;

  beforeAll(async () => {
    pushed = await createTestDatabase({ migrations: false });
    applied = await createTestDatabase();
  });

  afterAll(async () => {
    await pushed.drop();
    await applied.drop();
  });

  test('pushes every migration to an empty database, then finds nothing to do', async () => {
    const push = ['db', 'push', `--remote=${pushed.databaseUrl}`, '--yes'];

    const before = await listMigrations(pushed);
    const first = await runSupabaseCli(push);
    const after = await listMigrations(pushed);
    const second = await runSupabaseCli(push);

    expect(before.map(({ remote }) => remote)).toEqual(versionsInFolder.map(() => ''));
    expect(first.stderr + first.stdout).toContain('Applying migration');
    expect(first.exitCode).toBe(0);
    expect(after.map(({ remote }) => remote)).toEqual(versionsInFolder);
    expect(after.map(({ local }) => local)).toEqual(versionsInFolder);
    expect(second.stdout).toContain('up to date');
    expect(second.exitCode).toBe(0);
  });

  test('sees what the embedded stack applied as applied, and the schemas are the same', async () => {
    const listed = await listMigrations(applied);

    const push = await runSupabaseCli(['db', 'push', `--remote=${applied.databaseUrl}`, '--yes']);

    expect(listed.map(({ remote }) => remote)).toEqual(versionsInFolder);
    expect(push.stdout).toContain('up to date');
    const byEmbeddedStack = await describeSchema(applied.databaseUrl);
    expect(byEmbeddedStack.length).toBeGreaterThan(100);
    expect(await describeSchema(pushed.databaseUrl)).toEqual(byEmbeddedStack);
  });

  test('has no advice at the level of a warning, and gives some where there should be', async () => {
    const advisors = [
      'db',
      'advisors',
      `--remote=${applied.databaseUrl}`,
      '--level=info',
      '--fail-on=warn',
    ];
    const client = new pg.Client(applied.databaseUrl);
    await client.connect();

    const clean = await runSupabaseCli(advisors);
    await client.query('create table public.forgotten (id int primary key)');
    await client.query('grant select on public.forgotten to anon');
    const dirty = await runSupabaseCli(advisors);
    await client.query('drop table public.forgotten');
    await client.end();

    expect(clean).toMatchObject({ exitCode: 0 });
    // An index that no query has used yet is all there is to say about a fresh database.
    const findings = JSON.parse(clean.stdout) as { name: string }[];
    expect(new Set(findings.map(({ name }) => name))).toEqual(new Set(['unused_index']));
    expect(dirty.exitCode).not.toBe(0);
    expect(dirty.stdout).toContain('rls_disabled_in_public');
  });

  test('generates the types that are committed', async () => {
    const generated = await generateTypes(applied.databaseUrl);

    expect(await readFile(typesFile, 'utf8')).toBe(generated);
  });
});
