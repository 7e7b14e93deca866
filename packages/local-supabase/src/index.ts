export { LocalSupabaseError } from './errors.ts';
export type { LocalSupabaseErrorCode } from './errors.ts';
export { applyMigrations, readMigrations } from './migrations/apply-migrations.ts';
export type { ApplyMigrationsOptions, Migration } from './migrations/apply-migrations.ts';
