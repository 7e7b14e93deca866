/**
 * Applies a folder of migrations the way the Supabase CLI's `db push` does: same history table, same
 * columns, so that either can follow the other.
 */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { LocalSupabaseError } from '../errors.ts';
import { splitStatements } from './split-statements.ts';

/** One file `<version>_<name>.sql`. */
export interface Migration {
  readonly version: string;
  readonly name: string;
  readonly file: string;
  readonly sql: string;
}

/** Which database, and the folder with the files. */
export interface ApplyMigrationsOptions {
  /** As `postgres`, so that ownership is as on a hosted project. */
  readonly databaseUrl: string;
  readonly directory: string;
}

const fileName = /^(\d+)_(.*)\.sql$/;

/** Reads the migrations of a folder in order of version; other files are ignored, as the CLI does. */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => fileName.test(file)).sort();
  return await Promise.all(
    files.map(async (file) => {
      const [, version = '', name = ''] = fileName.exec(file) ?? [];
      return { version, name, file, sql: await readFile(join(directory, file), 'utf8') };
    }),
  );
}

/**
 * Applies what is missing, each file with its history row in one transaction; a lock makes several
 * callers take turns. Applying twice does nothing. Forward only.
 *
 * @returns the versions applied now, in order.
 * @throws LocalSupabaseError `migration_failed`: a statement failed (the message names file, line and
 *   statement; that file is rolled back, earlier ones stay), the database has a version that the
 *   folder lacks, or a file is older than the newest one applied.
 */
export async function applyMigrations(options: ApplyMigrationsOptions): Promise<string[]> {
  const migrations = await readMigrations(options.directory);
  const client = new pg.Client(options.databaseUrl);
  await client.connect();
  try {
    await client.query("select pg_advisory_lock(hashtext('sotto migrations'))");
    const applied = await readHistory(client);
    const pending = pendingMigrations(migrations, applied);
    for (const migration of pending) await applyOne(client, migration);
    return pending.map(({ version }) => version);
  } finally {
    await client.end();
  }
}

async function readHistory(client: pg.Client): Promise<string[]> {
  const { rows: known } = await client.query<{ name: string | null }>(
    "select to_regclass('supabase_migrations.schema_migrations') as name",
  );
  if (known[0]?.name === null) {
    await client.query(`
      create schema if not exists supabase_migrations;
      create table if not exists supabase_migrations.schema_migrations (
        version text not null primary key,
        statements text[],
        name text
      );`);
  }
  const { rows } = await client.query<{ version: string }>(
    'select version from supabase_migrations.schema_migrations order by version',
  );
  return rows.map(({ version }) => version);
}

function pendingMigrations(migrations: Migration[], applied: string[]): Migration[] {
  const versions = new Set(migrations.map(({ version }) => version));
  const unknown = applied.filter((version) => !versions.has(version));
  if (unknown.length > 0) {
    throw new LocalSupabaseError(
      'migration_failed',
      `The database has migrations that are not in the folder (${unknown.join(', ')}): it was used by a newer version.`,
    );
  }
  const newest = applied.at(-1) ?? '';
  const done = new Set(applied);
  const pending = migrations.filter(({ version }) => !done.has(version));
  const late = pending.find(({ version }) => version < newest);
  if (late) {
    throw new LocalSupabaseError(
      'migration_failed',
      `${late.file} is older than ${newest}, which is applied already; give it a newer version.`,
    );
  }
  return pending;
}

async function applyOne(client: pg.Client, migration: Migration): Promise<void> {
  const statements = splitStatements(migration.sql);
  let current = '';
  try {
    await client.query('begin');
    for (current of statements) await client.query(current);
    current = '';
    await client.query(
      'insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)',
      [migration.version, migration.name, statements],
    );
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback').catch(() => undefined);
    const detail = cause instanceof Error ? cause.message : String(cause);
    const line = migration.sql.slice(0, migration.sql.indexOf(current)).split('\n').length;
    throw new LocalSupabaseError(
      'migration_failed',
      `Migration ${migration.file} failed in the statement at line ${line}: ${detail}`,
      cause,
    );
  }
}
