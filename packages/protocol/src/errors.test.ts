import { describe, expect, it } from 'vitest';
import { errorBodySchema } from './ack.ts';
import { errorCodes, errorTable, isProtocolError, ProtocolError } from './errors.ts';

describe('the error table', () => {
  it('gives each code one HTTP status of its own', () => {
    const statuses = errorCodes.map((code) => errorTable[code].httpStatus);

    expect(new Set(statuses).size).toBe(statuses.length);
  });

  it('calls retryable only what waiting can mend', () => {
    expect(errorCodes.filter((code) => errorTable[code].retryable)).toEqual([
      'rate_limited',
      'internal',
      'unavailable',
    ]);
  });

  it('is recognised by shape', () => {
    const error = new ProtocolError('conflict');

    expect(isProtocolError(error, 'conflict')).toBe(true);
    expect(isProtocolError(error, 'gone')).toBe(false);
    expect(isProtocolError(new Error('conflict'))).toBe(false);
  });

  it('lets nothing but code, waiting time and request id travel', () => {
    const body = errorBodySchema.parse({
      error: { code: 'internal', requestId: 'r1', stack: 'secret', sql: 'select 1' },
    });

    expect(body).toEqual({ error: { code: 'internal', requestId: 'r1' } });
  });
});
