import { ClientError } from '../client-error.ts';
import type { ClientErrorCode } from '../client-error.ts';

const byCode: Record<string, ClientErrorCode> = {
  invalid_credentials: 'invalid_credentials',
  user_already_exists: 'email_taken',
  email_exists: 'email_taken',
  email_address_invalid: 'email_invalid',
  email_address_not_authorized: 'email_invalid',
  validation_failed: 'email_invalid',
  weak_password: 'weak_password',
  same_password: 'same_password',
  signup_disabled: 'forbidden',
  email_not_confirmed: 'forbidden',
  user_banned: 'forbidden',
  mfa_verification_failed: 'wrong_code',
  mfa_verification_rejected: 'wrong_code',
  // Answered too late: another try makes another challenge.
  mfa_challenge_expired: 'wrong_code',
  // It was removed meanwhile, from another device or by the operator.
  mfa_factor_not_found: 'conflict',
  mfa_factor_name_conflict: 'conflict',
  too_many_enrolled_mfa_factors: 'conflict',
  insufficient_aal: 'forbidden',
  mfa_totp_enroll_not_enabled: 'forbidden',
  mfa_totp_verify_not_enabled: 'forbidden',
  over_request_rate_limit: 'rate_limited',
  over_email_send_rate_limit: 'rate_limited',
  refresh_token_not_found: 'session_ended',
  refresh_token_already_used: 'session_ended',
  session_not_found: 'session_ended',
  session_expired: 'session_ended',
  user_not_found: 'session_ended',
  bad_jwt: 'session_ended',
  no_authorization: 'session_ended',
};

/** An error of the auth library. Recognised by its marks: its classes would bring the whole library along. */
interface AuthError extends Error {
  status?: number;
  code?: string;
}

const isAuthError = (error: unknown): error is AuthError =>
  error instanceof Error && '__isAuthError' in error;

/** The service could not be asked, or could not answer: the same may work later. */
export const isRetryableAuthError = (error: unknown): boolean =>
  isAuthError(error) && error.name === 'AuthRetryableFetchError';

/** Stands for "no answer at all" inside the auth library, which counts it among network failures. */
export const noAnswerStatus = 530;

/** What Supabase Auth answered, as the one error type of the engine. */
export function authFailure(error: unknown): ClientError {
  if (error instanceof ClientError) return error;
  if (!isAuthError(error)) return new ClientError('offline', { cause: error });
  if (error.name === 'AuthWeakPasswordError')
    return new ClientError('weak_password', { cause: error });
  const { status = 0, code } = error;
  if (isRetryableAuthError(error)) {
    const unanswered = status === 0 || status === noAnswerStatus;
    return new ClientError(unanswered ? 'offline' : 'unavailable', { cause: error });
  }
  const known = code === undefined ? undefined : byCode[code];
  if (known) return new ClientError(known, { cause: error });
  if (status === 429) return new ClientError('rate_limited', { cause: error });
  if (status >= 500) return new ClientError('unavailable', { cause: error });
  if (error.name === 'AuthSessionMissingError') {
    return new ClientError('session_ended', { cause: error });
  }
  return new ClientError('internal', { cause: error });
}
