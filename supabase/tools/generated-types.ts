import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { runSupabaseCli } from './supabase-cli.ts';

/** The committed file that {@link generateTypes} makes. */
export const typesFile = fileURLToPath(new URL('../database.types.ts', import.meta.url));

/** The TypeScript types of schema `public`, as the CLI reads them from a database, formatted. */
export async function generateTypes(databaseUrl: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runSupabaseCli([
    'gen',
    'types',
    'typescript',
    '--schema=public',
    `--remote=${databaseUrl}`,
  ]);
  if (exitCode !== 0) throw new Error(`supabase gen types failed (${exitCode}):\n${stderr}`);
  const options = await resolveConfig(typesFile);
  return await format(stdout, { ...options, filepath: typesFile });
}
