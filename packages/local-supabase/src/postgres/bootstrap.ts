/**
 * Brings a database to the state that a fresh hosted Supabase project has before any migration.
 *
 * The files of `sql/bootstrap` run in the order of their names, then the auth service's schema. All
 * of them are written to be run again: each is recorded with its hash and runs anew only when it
 * changed, which is how an existing installation gets a newer bootstrap.
 */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { LocalSupabaseError } from '../errors.ts';
import { scramVerifier } from './scram-verifier.ts';

/** One SQL file with the hash that says whether it has to run. */
export interface BootstrapFile {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

/** Passwords of the roles that log in, by role name. */
export type RolePasswords = Readonly<
  Record<'supabase_admin' | 'postgres' | 'authenticator' | 'supabase_auth_admin', string>
>;

const bootstrapFolder = fileURLToPath(new URL('../../sql/bootstrap/', import.meta.url));
const authSchemaName = 'auth-schema.sql';
const authSchemaFile = fileURLToPath(new URL('../auth/schema.sql', import.meta.url));

/** Reads the bootstrap files and the auth schema, in the order in which they run. */
export async function readBootstrapFiles(): Promise<BootstrapFile[]> {
  const names = (await readdir(bootstrapFolder)).filter((name) => name.endsWith('.sql')).sort();
  const before = names.filter((name) => name < '50');
  const after = names.filter((name) => name >= '50');
  const paths = [
    ...before.map((name) => join(bootstrapFolder, name)),
    authSchemaFile,
    ...after.map((name) => join(bootstrapFolder, name)),
  ];
  const files = await Promise.all(
    paths.map(async (path) => {
      const sql = await readFile(path, 'utf8').catch(() => undefined);
      if (sql === undefined) return undefined;
      const sha256 = createHash('sha256').update(sql).digest('hex');
      const name = path === authSchemaFile ? authSchemaName : basename(path);
      return { name, sql, sha256 };
    }),
  );
  return files.filter((file) => file !== undefined);
}

/**
 * Runs what has not run yet in the database of `adminUrl` (connected as `supabase_admin`), all in one
 * transaction, and makes `postgres` the owner of the database.
 *
 * @returns the names of the files that ran.
 * @throws LocalSupabaseError `migration_failed`, naming the file.
 */
export async function bootstrapDatabase(
  adminUrl: string,
  files: readonly BootstrapFile[],
  passwords: RolePasswords,
): Promise<string[]> {
  const client = new pg.Client(adminUrl);
  await client.connect();
  try {
    await client.query('begin');
    // A superuser must not come upon what others put into schemas where they may create.
    await client.query('set local search_path to pg_catalog, pg_temp');
    await client.query("select pg_advisory_xact_lock(hashtext('sotto bootstrap'))");
    const done = await appliedHashes(client);
    const pending = files.filter(({ name, sha256 }) => done.get(name) !== sha256);
    for (const file of pending) {
      await runFile(client, file);
    }
    if (done.size === 0) await ownDatabase(client);
    if (pending.length > 0) {
      await setPasswords(client, passwords);
    }
    await client.query('commit');
    return pending.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

async function appliedHashes(client: pg.Client): Promise<Map<string, string>> {
  const known = await client.query("select to_regclass('local_supabase.bootstrap_files') as name");
  if (known.rows[0]?.name === null) {
    await client.query(`
      create schema local_supabase;
      create table local_supabase.bootstrap_files (
        name text primary key,
        sha256 text not null,
        applied_at timestamptz not null default now()
      );`);
  }
  const { rows } = await client.query<{ name: string; sha256: string }>(
    'select name, sha256 from local_supabase.bootstrap_files',
  );
  return new Map(rows.map(({ name, sha256 }) => [name, sha256]));
}

async function runFile(client: pg.Client, file: BootstrapFile): Promise<void> {
  try {
    // The auth tables belong to the auth service's own role, as on a hosted project.
    const role = file.name === authSchemaName ? 'supabase_auth_admin' : 'none';
    await client.query(`set local role ${role}`);
    await client.query(file.sql);
    await client.query('set local role none');
    await client.query(
      `insert into local_supabase.bootstrap_files (name, sha256) values ($1, $2)
       on conflict (name) do update set sha256 = excluded.sha256, applied_at = now()`,
      [file.name, file.sha256],
    );
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new LocalSupabaseError('migration_failed', `${file.name} failed: ${detail}`, cause);
  }
}

/** The superuser has its password from initdb. */
async function setPasswords(client: pg.Client, passwords: RolePasswords): Promise<void> {
  for (const role of ['postgres', 'authenticator', 'supabase_auth_admin'] as const) {
    const verifier = client.escapeLiteral(scramVerifier(passwords[role]));
    await client.query(`alter role ${role} password ${verifier}`);
  }
}

async function ownDatabase(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>('select current_database() as name');
  const name = client.escapeIdentifier(rows[0]?.name ?? 'postgres');
  await client.query(`alter database ${name} owner to postgres`);
}
