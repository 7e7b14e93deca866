/** What went wrong in the embedded stack; each code has one meaning and one thing to do about it. */
export type LocalSupabaseErrorCode =
  /** No PostgreSQL or PostgREST binary exists for this platform. */
  | 'binary_missing'
  /** A file or folder cannot be reached by the account that runs PostgreSQL. */
  | 'path_unreachable'
  /** The account that PostgreSQL should run as could not be found or made. */
  | 'system_user_missing'
  /** Another process holds the data directory. */
  | 'data_directory_in_use'
  /** The port asked for is taken. */
  | 'port_in_use'
  /** PostgreSQL did not start, or started without durable settings. */
  | 'postgres_failed'
  /** PostgREST did not become ready. */
  | 'postgrest_failed'
  /** A migration or bootstrap file failed; the message names it. */
  | 'migration_failed'
  /** The data directory was made by a different major version, or its settings file is damaged. */
  | 'data_directory_unusable';

/** The one error class of this package: a stable `code`, a message for the operator, the `cause`. */
export class LocalSupabaseError extends Error {
  override readonly name = 'LocalSupabaseError';
  readonly code: LocalSupabaseErrorCode;

  constructor(code: LocalSupabaseErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
