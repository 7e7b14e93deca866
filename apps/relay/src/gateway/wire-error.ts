import { randomUUID } from 'node:crypto';
import { isProtocolError } from '@sotto/protocol';
import type { WireError } from '@sotto/protocol';
import type { Log } from './log.ts';
import { describeError } from './log.ts';

/**
 * What a caller is told about a failure: its code. A fault of the relay's own becomes `internal` with
 * an id that the log has too, and nothing else.
 */
export function wireError(error: unknown, log: Log, where: string): WireError {
  if (isProtocolError(error) && error.code !== 'internal') {
    if (error.code === 'unavailable')
      log.warn({ where, error: describeError(error) }, 'unavailable');
    const { code, retryAfterMs } = error;
    return retryAfterMs === undefined ? { code } : { code, retryAfterMs };
  }
  const requestId = randomUUID();
  log.error({ where, requestId, error: describeError(error) }, 'internal error');
  return { code: 'internal', requestId };
}
