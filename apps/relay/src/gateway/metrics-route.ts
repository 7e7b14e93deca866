import { createHash, timingSafeEqual } from 'node:crypto';
import { ProtocolError } from '@sotto/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ClientAddress } from './client-address.ts';
import { isLoopback } from './client-address.ts';
import type { Metrics } from './metrics.ts';

/** `GET /metrics`: with the token, or without one configured from this machine alone. */
export function registerMetricsRoute(
  server: FastifyInstance,
  options: { metrics: Metrics; token: string | undefined; clientAddress: ClientAddress },
): void {
  const { metrics, token, clientAddress } = options;
  const mayRead = (request: FastifyRequest) =>
    token === undefined
      ? isLoopback(clientAddress(request.raw))
      : isSame(request.headers.authorization ?? '', `Bearer ${token}`);
  server.get('/metrics', async (request, reply) => {
    if (!mayRead(request)) throw new ProtocolError('not_found');
    return await reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
