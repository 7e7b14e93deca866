/**
 * The closed table of errors a relay may answer with. A code has one meaning everywhere; the words
 * a person reads are made in the client from the code.
 */
export interface ErrorDefinition {
  httpStatus: number;
  /** Whether the same request may succeed later without change. */
  retryable: boolean;
  /** Whether the relay closes the socket after answering. */
  closesSocket: boolean;
  meaning: string;
}

export const errorTable = {
  bad_request: {
    httpStatus: 400,
    retryable: false,
    closesSocket: false,
    meaning: 'The request does not have the shape its schema demands.',
  },
  unauthenticated: {
    httpStatus: 401,
    retryable: false,
    closesSocket: true,
    meaning: 'No valid access token, or the device did not prove its identity key.',
  },
  forbidden: {
    httpStatus: 403,
    retryable: false,
    closesSocket: false,
    meaning:
      'Known caller, but not allowed to do this. Never used where it would reveal existence.',
  },
  not_found: {
    httpStatus: 404,
    retryable: false,
    closesSocket: false,
    meaning: 'Absent, or hidden from this caller: both look the same.',
  },
  conflict: {
    httpStatus: 409,
    retryable: false,
    closesSocket: false,
    meaning: 'The state moved on (taken handle, stale version, other content under the same id).',
  },
  gone: {
    httpStatus: 410,
    retryable: false,
    closesSocket: false,
    meaning: 'It existed and was ended: a revoked device, an expired link.',
  },
  too_large: {
    httpStatus: 413,
    retryable: false,
    closesSocket: false,
    meaning: 'Over a limit of protocol/limits.',
  },
  version_unsupported: {
    httpStatus: 426,
    retryable: false,
    closesSocket: true,
    meaning: 'The peer speaks a wire version that this one does not.',
  },
  rate_limited: {
    httpStatus: 429,
    retryable: true,
    closesSocket: false,
    meaning: 'Too many requests of this cost class; `retryAfterMs` says when to come back.',
  },
  internal: {
    httpStatus: 500,
    retryable: true,
    closesSocket: false,
    meaning: 'A fault in the relay. Carries a request id and nothing else.',
  },
  unavailable: {
    httpStatus: 503,
    retryable: true,
    closesSocket: false,
    meaning: 'The relay is starting, stopping or cut off from its database.',
  },
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof errorTable;

export const errorCodes = Object.keys(errorTable) as ErrorCode[];

/** What travels: a code, and what the code needs. Never a stack, SQL or an echo of the input. */
export interface WireError {
  code: ErrorCode;
  retryAfterMs?: number | undefined;
  requestId?: string | undefined;
}

/** A failure with a code of {@link errorTable}; thrown by parsers here and by relay handlers. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(errorTable[code].meaning, { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Recognises by shape, so that it works across package copies. */
export function isProtocolError(error: unknown, code?: ErrorCode): error is ProtocolError {
  return (
    error instanceof Error &&
    error.name === 'ProtocolError' &&
    (code === undefined || (error as ProtocolError).code === code)
  );
}
