/** Everything a caller of the engine can react to. The interface has words for each. */
export const clientErrorCodes = [
  'invalid_credentials',
  'email_taken',
  'email_invalid',
  'weak_password',
  'same_password',
  'handle_taken',
  'handle_invalid',
  'name_invalid',
  'wrong_chat_password',
  'wrong_recovery_key',
  'recovery_key_mismatch',
  /** Of the second factor: mistyped, too old, or used already. */
  'wrong_code',
  'too_many_tries',
  'not_found',
  'forbidden',
  'conflict',
  'locked',
  'signed_out',
  'session_ended',
  'device_revoked',
  'too_many_devices',
  'too_large',
  'empty',
  'rate_limited',
  'offline',
  'unavailable',
  'version_unsupported',
  /** The relay offered older or forked data than this device has already seen. */
  'rollback',
  /** A signature or a certified key does not hold, or an answer is not what the protocol says. */
  'untrusted',
  'storage_full',
  'storage_unavailable',
  'internal',
] as const;

export type ClientErrorCode = (typeof clientErrorCodes)[number];

/** A failure of the engine with a code; `retryAtMs` when waiting helps. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  readonly retryAtMs: number | null;

  constructor(code: ClientErrorCode, options: { retryAtMs?: number | null; cause?: unknown } = {}) {
    super(code, { cause: options.cause });
    this.code = code;
    this.retryAtMs = options.retryAtMs ?? null;
  }
}

/** Recognises by shape, so that it works across workers and package copies. */
export function isClientError(error: unknown, code?: ClientErrorCode): error is ClientError {
  return (
    error instanceof Error &&
    error.name === 'ClientError' &&
    (code === undefined || (error as ClientError).code === code)
  );
}
