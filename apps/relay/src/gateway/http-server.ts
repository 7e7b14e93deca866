import { errorTable, limits, ProtocolError } from '@sotto/protocol';
import fastify, { LogController } from 'fastify';
import type { FastifyError, FastifyInstance } from 'fastify';
import { parseJsonBody } from './json-body.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { OriginCheck } from './origins.ts';
import { wireError } from './wire-error.ts';

/** What the server itself needs; routes are registered on it later. */
export interface HttpServerOptions {
  log: Log;
  metrics: Metrics;
  headers: Readonly<Record<string, string>>;
  isAllowedOrigin: OriginCheck;
}

/** A Fastify with the defaults of this relay: strict JSON, fixed headers, coded errors, quiet log. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const server = fastify({
    bodyLimit: limits.envelopeBytes,
    // A request that trickles in must be whole by then (slow-loris).
    requestTimeout: 30_000,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    http: { headersTimeout: 15_000, connectionsCheckingInterval: 5_000 },
    routerOptions: { maxParamLength: 100, ignoreTrailingSlash: false },
    exposeHeadRoutes: true,
    // Fastify's own lines would hold whole addresses with their queries.
    logController: new LogController({ disableRequestLogging: true }),
    loggerInstance: options.log.child({}, { level: 'fatal' }),
    forceCloseConnections: true,
    return503OnClosing: false,
  }) as unknown as FastifyInstance;

  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? {} : parseJsonBody(String(body)));
    } catch (error) {
      done(error as Error);
    }
  });

  server.addHook('onRequest', async (request, reply) => {
    reply.headers(options.headers);
    if (!options.isAllowedOrigin(request.raw)) throw new ProtocolError('forbidden');
    const { origin } = request.headers;
    if (origin === undefined) return;
    reply.header('access-control-allow-origin', origin).header('vary', 'origin');
    if (request.method !== 'OPTIONS') return;
    reply
      .header('access-control-allow-methods', 'GET, POST, PUT, DELETE, PATCH')
      .header(
        'access-control-allow-headers',
        request.headers['access-control-request-headers'] ?? '',
      )
      .header('access-control-max-age', '600');
    await reply.code(204).send();
  });

  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const status = String(reply.statusCode);
    options.metrics.requestSeconds.observe({ route, status }, reply.elapsedTime / 1000);
    const line = { method: request.method, route, status: reply.statusCode };
    options.log.debug({ ...line, ms: Math.round(reply.elapsedTime) }, 'request');
    done();
  });

  server.setErrorHandler((error: FastifyError, request, reply) => {
    const where = `${request.method} ${request.routeOptions.url ?? 'none'}`;
    const answer = wireError(ownError(error), options.log, where);
    if (answer.retryAfterMs !== undefined) {
      reply.header('retry-after', String(Math.ceil(answer.retryAfterMs / 1000)));
    }
    return reply.code(errorTable[answer.code].httpStatus).send({ error: answer });
  });
  return server;
}

/** For a relay without a web client: whatever is no route is `not_found`. */
export function registerNotFound(server: FastifyInstance): void {
  server.setNotFoundHandler(() => {
    throw new ProtocolError('not_found');
  });
}

/** Fastify's own refusals (body too large, wrong media type, bad address) as codes of the table. */
function ownError(error: FastifyError): Error {
  if (error.name === 'ProtocolError' || error.statusCode === undefined) return error;
  if (error.statusCode === 413) return new ProtocolError('too_large');
  return error.statusCode < 500 ? new ProtocolError('bad_request') : error;
}
