/**
 * A data directory that is initialised and bootstrapped once per machine and version of the SQL, and
 * copied by every test run: initdb takes seconds, a copy a tenth of one.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  chown,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findPostgresBinaries } from '../postgres/binaries.ts';
import { bootstrapDatabase, readBootstrapFiles } from '../postgres/bootstrap.ts';
import type { RolePasswords } from '../postgres/bootstrap.ts';
import { connectionUrl } from '../postgres/connection-url.ts';
import { initialiseCluster } from '../postgres/initialise-cluster.ts';
import { startPostgres } from '../postgres/start-postgres.ts';
import { exclusively } from '../process/exclusive-folder.ts';
import { assertReachable } from '../process/path-access.ts';
import { resolveRunAs } from '../process/system-user.ts';
import type { RunAs } from '../process/system-user.ts';

/** The database in a prepared cluster that holds the bootstrap and nothing else. */
export const bootstrappedTemplate = 'sotto_bootstrapped';

/** A prepared data directory; it is copied, never started. */
export interface PreparedCluster {
  readonly directory: string;
  readonly passwords: RolePasswords;
  readonly runAs: RunAs | undefined;
}

const layoutVersion = '1';
const keepUnusedMs = 24 * 60 * 60 * 1000;

/** Where test clusters live: one folder per user, reachable by the account PostgreSQL runs as. */
export async function testFolder(): Promise<string> {
  const folder = join(tmpdir(), `sotto-test-${userInfo().username}`);
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const { uid } = await stat(folder);
  // The name can be guessed: another user may have made the folder first.
  if (process.getuid && uid !== process.getuid()) throw new Error(`${folder} is not ours`);
  return folder;
}

/** Finds or makes the prepared cluster for the current SQL files. Safe for several processes. */
export async function prepareCluster(): Promise<PreparedCluster> {
  const [folder, files, runAs] = await Promise.all([
    testFolder(),
    readBootstrapFiles(),
    resolveRunAs(),
  ]);
  const hash = createHash('sha256').update(layoutVersion);
  for (const { name, sha256 } of files) hash.update(`${name} ${sha256}\n`);
  const home = join(folder, `prepared-${hash.digest('hex').slice(0, 16)}`);
  const existing = await readPrepared(home, runAs);
  if (existing) return existing;
  return await exclusively(`${home}.lock`, async () => {
    const made = await readPrepared(home, runAs);
    if (made) return made;
    await removeUnused(folder);
    await makePrepared(home, files, runAs);
    const prepared = await readPrepared(home, runAs);
    if (!prepared) throw new Error(`The prepared cluster ${home} cannot be read`);
    return prepared;
  });
}

async function readPrepared(
  home: string,
  runAs: RunAs | undefined,
): Promise<PreparedCluster | undefined> {
  const file = await readFile(join(home, 'passwords.json'), 'utf8').catch(() => undefined);
  if (file === undefined) return undefined;
  const now = new Date();
  await utimes(home, now, now).catch(() => undefined);
  return { directory: join(home, 'data'), passwords: JSON.parse(file) as RolePasswords, runAs };
}

async function makePrepared(
  home: string,
  files: Awaited<ReturnType<typeof readBootstrapFiles>>,
  runAs: RunAs | undefined,
): Promise<void> {
  const draft = `${home}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o711 });
  const directory = join(draft, 'data');
  const password = (): string => randomBytes(18).toString('base64url');
  const passwords: RolePasswords = {
    supabase_admin: password(),
    postgres: password(),
    authenticator: password(),
    supabase_auth_admin: password(),
  };
  const adminPassword = passwords.supabase_admin;
  const binaries = await findPostgresBinaries();
  await assertReachable(binaries.root, 'node_modules', runAs);
  await assertReachable(draft, 'The folder for temporary files', runAs);
  await initialiseCluster({ binaries, directory, adminPassword, runAs, noSync: true });
  const server = await startPostgres({
    binaries,
    directory,
    logFile: join(draft, 'postgres.log'),
    runAs,
    adminPassword,
    durability: 'none',
  });
  try {
    const adminUrl = (database: string): string =>
      connectionUrl({
        role: 'supabase_admin',
        password: adminPassword,
        port: server.port,
        database,
      });
    const client = new pg.Client(adminUrl('postgres'));
    await client.connect();
    await client.query(`create database ${bootstrappedTemplate}`);
    await client.end();
    await bootstrapDatabase(adminUrl(bootstrappedTemplate), files, passwords);
  } finally {
    await server.stop();
  }
  await writeFile(join(draft, 'passwords.json'), JSON.stringify(passwords), { mode: 0o600 });
  if (runAs) await chown(directory, runAs.uid, runAs.gid);
  await rename(draft, home);
}

async function removeUnused(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith('prepared-') || name.endsWith('.lock')) continue;
    const path = join(folder, name);
    const used = await stat(path).catch(() => undefined);
    if (used && Date.now() - used.mtimeMs > keepUnusedMs) {
      await rm(path, { recursive: true, force: true });
    }
  }
}
