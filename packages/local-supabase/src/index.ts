export type { AuthSettingsInput, OperatorMessage } from './auth/index.ts';
export { LocalSupabaseError } from './errors.ts';
export type { LocalSupabaseErrorCode } from './errors.ts';
export { applyMigrations, readMigrations } from './migrations/apply-migrations.ts';
export type { ApplyMigrationsOptions, Migration } from './migrations/apply-migrations.ts';
export type { StackLog } from './stack/stack-log.ts';
export { startLocalSupabase } from './stack/start-local-supabase.ts';
export type { LocalSupabase, LocalSupabaseOptions } from './stack/start-local-supabase.ts';
