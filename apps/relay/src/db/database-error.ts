import { ProtocolError } from '@sotto/protocol';
import type { ErrorCode } from '@sotto/protocol';

/** How long a client should wait before it tries again after database trouble. */
const databaseRetryAfterMs = 1000;

/** Limits that the database counts are over an hour or a day. */
const limitRetryAfterMs = 600_000;

const raised: Record<string, ErrorCode> = {
  PT400: 'bad_request',
  PT403: 'forbidden',
  PT404: 'not_found',
  PT409: 'conflict',
  PT410: 'gone',
  PT413: 'too_large',
  PT429: 'rate_limited',
};

/**
 * Codes that pass: connection failures (08), serialisation and deadlock (40), resources (53),
 * lock not available (55P03), cancelled or shutting down (57), PostgREST without a database or
 * with a stale schema cache (PGRST00x).
 */
const passing = /^(08...|40...|53...|55P03|57...|PGRST00\d)$/;

/** The failure a caller sees for what the database, or the way to it, answered. */
export function databaseError(code: string | undefined, cause: unknown): ProtocolError {
  const known = code === undefined ? undefined : raised[code];
  if (known === 'rate_limited') {
    return new ProtocolError(known, { retryAfterMs: limitRetryAfterMs, cause });
  }
  if (known) return new ProtocolError(known, { cause });
  if (code === undefined || passing.test(code)) return unavailable(cause);
  return new ProtocolError('internal', { cause });
}

/** The database could not be asked, or did not answer in time. */
export function unavailable(cause: unknown): ProtocolError {
  return new ProtocolError('unavailable', { retryAfterMs: databaseRetryAfterMs, cause });
}
