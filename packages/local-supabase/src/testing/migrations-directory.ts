import { fileURLToPath } from 'node:url';

/** The folder of this repository's own migrations. */
export function migrationsDirectory(): string {
  return fileURLToPath(new URL('../../../../supabase/migrations/', import.meta.url));
}
