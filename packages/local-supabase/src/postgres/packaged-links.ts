import { readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { LocalSupabaseError } from '../errors.ts';

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Makes the symbolic links that `pg-symlinks.json` in `root` lists, as far as they are missing. Safe
 * for several processes at once.
 *
 * @throws LocalSupabaseError `path_unreachable` when a link is missing and cannot be made.
 */
export async function makePackagedLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const packageRoot = dirname(root);
  await Promise.all(
    linksSchema.parse(JSON.parse(list)).map(async ({ source, target }) => {
      const from = join(packageRoot, target);
      try {
        await symlink(relative(dirname(target), source), from);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return;
        throw new LocalSupabaseError(
          'path_unreachable',
          `Cannot make the link ${from}: run once with write access to node_modules.`,
          cause,
        );
      }
    }),
  );
}
