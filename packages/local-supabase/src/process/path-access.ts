import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LocalSupabaseError } from '../errors.ts';
import type { RunAs } from './system-user.ts';

const execute = 0o1;

/**
 * Asserts that the account `runAs` can pass through every folder above `path`.
 *
 * Without this check PostgreSQL ends with a bare "Permission denied" when the data directory or
 * node_modules lies under a private home such as `/root`.
 *
 * @throws LocalSupabaseError `path_unreachable`, naming the folder that blocks.
 */
export async function assertReachable(
  path: string,
  what: string,
  runAs: RunAs | undefined,
): Promise<void> {
  if (!runAs) return;
  for (let folder = await realpath(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const shift = uid === runAs.uid ? 6 : gid === runAs.gid ? 3 : 0;
    if ((mode & (execute << shift)) === 0) {
      throw new LocalSupabaseError(
        'path_unreachable',
        `${what} (${path}) cannot be reached by the system user that runs PostgreSQL, because ${folder} is private. Put it elsewhere (not under /root), or start as an ordinary user.`,
      );
    }
    if (folder === dirname(folder)) return;
  }
}
