import { execFile } from 'node:child_process';
import { chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LocalSupabaseError } from '../errors.ts';
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
  const version = await readFile(join(directory, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version !== undefined) {
    if (version.trim() === postgresMajor) return false;
    throw new LocalSupabaseError(
      'data_directory_unusable',
      `${directory} was made by PostgreSQL ${version.trim()}; this is PostgreSQL ${postgresMajor}. Dump it with the old version and restore it here.`,
    );
  }
  // Made aside and renamed when complete: a start that is killed half-way can be repeated.
  const draft = `${directory}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  const scratch = await mkdtemp(join(tmpdir(), 'sotto-initdb-'));
  const passwordFile = join(scratch, 'password');
  try {
    await writeFile(passwordFile, `${options.adminPassword}\n`, { mode: 0o600 });
    if (runAs) {
      await Promise.all(
        [draft, scratch, passwordFile].map((path) => chown(path, runAs.uid, runAs.gid)),
      );
    }
    await run(
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
      { ...runAs, env: { PATH: process.env['PATH'], LC_ALL: 'C' }, cwd: draft },
    );
    await rename(draft, directory);
    return true;
  } catch (cause) {
    throw new LocalSupabaseError(
      'postgres_failed',
      `initdb failed in ${directory}: ${text(cause)}`,
      cause,
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const text = (cause: unknown): string => {
  const { stderr, message } = cause as { stderr?: string; message?: string };
  return (stderr || message || String(cause)).trim();
};
