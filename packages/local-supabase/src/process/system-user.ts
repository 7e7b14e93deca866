import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { LocalSupabaseError } from '../errors.ts';

/** User and group ids for a child process. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

const run = promisify(execFile);
const accountName = 'postgres';

/**
 * Whom PostgreSQL and PostgREST run as: `undefined` (the current user), or the `postgres` system
 * account when the current user is root, which PostgreSQL refuses. The account is made when missing.
 *
 * @throws LocalSupabaseError `system_user_missing` when it is missing and cannot be made.
 */
export async function resolveRunAs(): Promise<RunAs | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const found = await findAccount();
  if (found) return found;
  const cause = await createAccount();
  const made = await findAccount();
  if (made) return made;
  throw new LocalSupabaseError(
    'system_user_missing',
    `PostgreSQL does not run as root, and the system user "${accountName}" could not be made. Make it, or start as an ordinary user.`,
    cause,
  );
}

async function findAccount(): Promise<RunAs | undefined> {
  // getent also sees accounts from directory services; macOS and Alpine may lack it.
  const line = await run('getent', ['passwd', accountName]).then(
    ({ stdout }) => stdout,
    async () => {
      const file = await readFile('/etc/passwd', 'utf8').catch(() => '');
      return file.split('\n').find((entry) => entry.startsWith(`${accountName}:`)) ?? '';
    },
  );
  const [, , uid, gid] = line.trim().split(':');
  if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  return undefined;
}

async function createAccount(): Promise<unknown> {
  const attempts: [string, string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', accountName]],
    ['adduser', ['-S', '-D', '-H', accountName]],
  ];
  let failure: unknown;
  for (const [command, options] of attempts) {
    try {
      await run(command, options);
      return undefined;
    } catch (cause) {
      failure = cause;
    }
  }
  return failure;
}
