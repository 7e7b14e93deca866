/**
 * What a request may be refused with. The wire form is `{code, error_code, message}`: clients since
 * 2024-01-01 read `code` (and trust it only beside the version header), older ones `error_code`.
 *
 * A 5xx tells a client to try again for up to 30 s, so nothing permanent may carry one.
 */
export interface AuthErrorDetail {
  /** Further members of the body, such as `weak_password`. */
  body?: Record<string, unknown>;
  /** Further response headers. */
  headers?: Record<string, string>;
  /** The transaction that throws this is committed: its writes are part of the answer. */
  commit?: boolean;
}

/** A refusal with its HTTP status and the code a client reacts to. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly status: number;
  readonly code: string;
  readonly detail: AuthErrorDetail;

  constructor(status: number, code: string, message: string, detail: AuthErrorDetail = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.detail = detail;
  }
}

export const validationFailed = (message: string): AuthError =>
  new AuthError(400, 'validation_failed', message);

/** One answer for unknown user, wrong password and malformed credentials. */
export const invalidCredentials = (): AuthError =>
  new AuthError(400, 'invalid_credentials', 'Invalid login credentials');

export const badJwt = (): AuthError =>
  new AuthError(403, 'bad_jwt', 'invalid JWT: unable to parse or verify signature');

export const notAdmin = (): AuthError => new AuthError(403, 'not_admin', 'User not allowed');

export const userNotFound = (status: 403 | 404): AuthError =>
  new AuthError(status, 'user_not_found', 'User not found');

export const userBanned = (status: 400 | 403): AuthError =>
  new AuthError(status, 'user_banned', 'User is banned');

export const emailExists = (): AuthError =>
  new AuthError(422, 'email_exists', 'A user with this email address has already been registered');

export const otpExpired = (): AuthError =>
  new AuthError(403, 'otp_expired', 'Token has expired or is invalid');

export const phoneDisabled = (): AuthError =>
  new AuthError(400, 'phone_provider_disabled', 'Phone sign-in is not offered here');

export const rateLimited = (retryAfterSeconds: number, code = 'over_request_rate_limit') =>
  new AuthError(429, code, `Too many requests, try again in ${retryAfterSeconds} seconds`, {
    headers: { 'retry-after': String(retryAfterSeconds) },
  });
