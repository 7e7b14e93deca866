import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { applyMigrations, readMigrations } from '../migrations/apply-migrations.ts';
import { connectionUrl } from '../postgres/connection-url.ts';
import { migrationsDirectory } from './migrations-directory.ts';
import { bootstrappedTemplate } from './prepared-cluster.ts';
import { testServer } from './test-server.ts';
import type { TestServer } from './test-server.ts';

/** What a fresh test database holds. */
export interface TestDatabaseOptions {
  /** Whether `supabase/migrations` is applied; true by default. */
  readonly migrations?: boolean;
  /** Applies another folder of migrations instead. */
  readonly migrationsDirectory?: string;
}

/** A database of one's own on the shared test server. */
export interface TestDatabase {
  readonly name: string;
  readonly port: number;
  /** As `postgres`: owner of what migrations make, not a superuser, bypasses RLS. */
  readonly databaseUrl: string;
  /** As `supabase_admin`, superuser. */
  readonly adminUrl: string;
  /** As any of the roles that log in. */
  urlFor(role: keyof TestServer['passwords']): string;
  /** Ends all connections to it and deletes it. */
  drop(): Promise<void>;
}

/**
 * Makes a fresh database, a copy of a template that is prepared once per test run.
 *
 * Takes some tens of milliseconds; the first call of a run also starts the server, and the first on a
 * machine initialises it (seconds). Roles are shared by all databases of the server: a test must not
 * alter them. Data is not flushed to disk.
 */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = await testServer();
  const name = `test_${randomBytes(8).toString('hex')}`;
  const urlFor = (role: keyof TestServer['passwords'], database = name): string =>
    connectionUrl({ role, password: server.passwords[role], port: server.port, database });
  const maintenanceUrl = urlFor('supabase_admin', 'postgres');
  const template =
    options.migrations === false
      ? bootstrappedTemplate
      : await migratedTemplate(server, options.migrationsDirectory ?? migrationsDirectory());
  await withClient(maintenanceUrl, (client) =>
    client.query(`create database ${name} template ${template} owner postgres`),
  );
  return {
    name,
    port: server.port,
    databaseUrl: urlFor('postgres'),
    adminUrl: urlFor('supabase_admin'),
    urlFor: (role) => urlFor(role),
    drop: () =>
      withClient(maintenanceUrl, async (client) => {
        await client.query(`drop database if exists ${name} with (force)`);
      }),
  };
}

const madeTemplates = new Map<string, Promise<string>>();

/** Makes, once per run and content of the folder, the template that has the migrations. */
async function migratedTemplate(server: TestServer, directory: string): Promise<string> {
  const migrations = await readMigrations(directory);
  const hash = createHash('sha256');
  for (const { version, name, sql } of migrations) hash.update(`${version} ${name}\n${sql}\n`);
  const template = `sotto_migrated_${hash.digest('hex').slice(0, 16)}`;
  let made = madeTemplates.get(template);
  if (!made) {
    made = makeMigratedTemplate(server, directory, template);
    madeTemplates.set(template, made);
    made.catch(() => madeTemplates.delete(template));
  }
  return await made;
}

async function makeMigratedTemplate(
  server: TestServer,
  directory: string,
  template: string,
): Promise<string> {
  const url = (role: 'postgres' | 'supabase_admin', database: string): string =>
    connectionUrl({ role, password: server.passwords[role], port: server.port, database });
  await withClient(url('supabase_admin', 'postgres'), async (client) => {
    // Session lock: other workers of the run wait here until the template is complete.
    await client.query("select pg_advisory_lock(hashtext('sotto migrated template'))");
    const { rowCount } = await client.query(
      'select from pg_database where datname = $1 and datistemplate',
      [template],
    );
    if (rowCount !== 0) return;
    await client.query(`drop database if exists ${template} with (force)`);
    await client.query(
      `create database ${template} template ${bootstrappedTemplate} owner postgres`,
    );
    await applyMigrations({ databaseUrl: url('postgres', template), directory });
    await client.query(`alter database ${template} with is_template true`);
  });
  return template;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
