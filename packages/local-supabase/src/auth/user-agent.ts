import type { FastifyRequest } from 'fastify';

// Header text may hold any byte; PostgreSQL stores no NUL, and a list of sessions shows plain text.
const UNPRINTABLE = /[^\x20-\x7e]/g;

/** The client's name for itself, as plain text. */
export function userAgentOf(request: FastifyRequest): string {
  return (request.headers['user-agent'] ?? '').replace(UNPRINTABLE, '');
}
