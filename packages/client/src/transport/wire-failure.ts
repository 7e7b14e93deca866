import { errorTable } from '@sotto/protocol';
import type { ErrorCode, WireError } from '@sotto/protocol';
import { ClientError } from '../client-error.ts';
import type { ClientErrorCode } from '../client-error.ts';

const clientCodes: Record<ErrorCode, ClientErrorCode> = {
  bad_request: 'internal',
  unauthenticated: 'session_ended',
  forbidden: 'forbidden',
  not_found: 'not_found',
  conflict: 'conflict',
  gone: 'device_revoked',
  too_large: 'too_large',
  version_unsupported: 'version_unsupported',
  rate_limited: 'rate_limited',
  internal: 'unavailable',
  unavailable: 'unavailable',
};

/** A relay's refusal, kept whole: what the facade throws, and whether the same request may be repeated. */
export class WireFailure extends ClientError {
  readonly wireCode: ErrorCode;
  readonly retryable: boolean;

  constructor(error: WireError, nowMs: number) {
    super(clientCodes[error.code], {
      retryAtMs: error.retryAfterMs === undefined ? null : nowMs + error.retryAfterMs,
    });
    this.wireCode = error.code;
    this.retryable = errorTable[error.code].retryable;
  }
}

/** Whether trying the same thing later may help: no network, no answer, or a retryable refusal. */
export function isTransient(error: unknown): boolean {
  if (error instanceof WireFailure) return error.retryable;
  return error instanceof ClientError && (error.code === 'offline' || error.code === 'unavailable');
}
