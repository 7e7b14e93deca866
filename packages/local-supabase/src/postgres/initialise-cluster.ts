import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { LocalSupabaseError } from '../errors.ts';
import { processGuard } from '../process/child-guard.ts';
import type { RunAs } from '../process/system-user.ts';
import type { PostgresBinaries } from './binaries.ts';

const run = promisify(execFile);

/** Major version of the packaged server; a data directory of another major needs dump and restore. */
const postgresMajor = '17';

/** What {@link initialiseCluster} needs. */
export interface InitialiseClusterOptions {
  readonly binaries: PostgresBinaries;
  readonly directory: string;
  readonly adminPassword: string;
  readonly runAs: RunAs | undefined;
  /** Skips flushing to disk: only for throw-away test data. */
  readonly noSync?: boolean;
}

/**
 * Creates a data directory with `supabase_admin` as superuser, unless it already holds one.
 *
 * The built-in collation provider is used because its order does not change when the operating
 * system updates its locale data, which silently corrupts indexes. Pages carry checksums.
 *
 * @returns true when it was created now.
 * @throws LocalSupabaseError `data_directory_unusable` for another major version,
 *   `postgres_failed` when initdb fails.
 */
export async function initialiseCluster(options: InitialiseClusterOptions): Promise<boolean> {
  const { directory, runAs } = options;
  await removeDrafts(directory);
  const version = await readFile(join(directory, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version !== undefined) {
    if (version.trim() === postgresMajor) return false;
    throw new LocalSupabaseError(
      'data_directory_unusable',
      `${directory} was made by PostgreSQL ${version.trim()}; this is PostgreSQL ${postgresMajor}. Dump it with the old version and restore it here.`,
    );
  }
  // Made aside and renamed when complete: a start that is killed half-way can be repeated. The name
  // is new each time, so that an initdb that outlived its owner does not write into this one.
  const draft = `${directory}.draft-${randomBytes(4).toString('hex')}`;
  const passwordFile = `${draft}.password`;
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, `${options.adminPassword}\n`, { mode: 0o600 });
    if (runAs) {
      await Promise.all([draft, passwordFile].map((path) => chown(path, runAs.uid, runAs.gid)));
    }
    await runInitdb(options, draft, passwordFile);
    await rename(draft, directory);
    return true;
  } catch (cause) {
    throw new LocalSupabaseError(
      'postgres_failed',
      `initdb failed in ${directory}: ${text(cause)}`,
      cause,
    );
  } finally {
    await removeDrafts(directory);
  }
}

async function runInitdb(
  options: InitialiseClusterOptions,
  draft: string,
  passwordFile: string,
): Promise<void> {
  const guard = processGuard();
  const running = run(
    options.binaries.initdb,
    [
      `--pgdata=${draft}`,
      '--username=supabase_admin',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--data-checksums',
      ...(options.noSync ? ['--no-sync'] : []),
    ],
    { ...options.runAs, env: { PATH: process.env['PATH'], LC_ALL: 'C' }, cwd: draft },
  );
  const { pid } = running.child;
  if (pid !== undefined) guard.add(pid, 'SIGTERM');
  await running.finally(() => guard.remove(pid));
}

async function removeDrafts(directory: string): Promise<void> {
  const parent = dirname(directory);
  const drafts = (await readdir(parent)).filter((name) =>
    name.startsWith(`${basename(directory)}.draft-`),
  );
  for (const name of drafts) {
    // An initdb whose owner was killed may be writing there until the guard ends it.
    const patience = { maxRetries: 10, retryDelay: 20 };
    await rm(join(parent, name), { recursive: true, force: true, ...patience }).catch(
      // What is left hinders nobody, and the next start tries again.
      () => undefined,
    );
  }
}

const text = (cause: unknown): string => {
  const { stderr, message } = cause as { stderr?: string; message?: string };
  return (stderr || message || String(cause)).trim();
};
