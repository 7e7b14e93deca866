import Fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AuthContext } from './context.ts';
import { AuthError } from './errors.ts';
import { parseJsonBody } from './json-body.ts';

const API_VERSION = '2024-01-01';

/** Metadata is the largest thing a body holds, and that is limited to 4 KiB. */
const BODY_LIMIT_BYTES = 65_536;

/**
 * A Fastify instance that never listens: the gateway feeds it requests.
 *
 * Every answer is JSON and uncached, and names the API version, without which clients ignore `code`.
 * That browsers may read that header is the gateway's part.
 * Addresses of clients come from `x-forwarded-for`, as far as hops on this machine wrote it.
 */
export function createHttpServer(context: AuthContext): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    exposeHeadRoutes: false,
    trustProxy: 'loopback',
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, request, reply) => void sendError(context, error, request, reply),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parseJsonBody(body.toString()));
    } catch (error) {
      done(error instanceof Error ? error : new Error('body could not be read'));
    }
  });
  app.addHook('onRequest', (_request, reply, done) => {
    setCommonHeaders(reply);
    done();
  });
  app.setErrorHandler((error, request, reply) => sendError(context, error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    sendError(context, new AuthError(404, 'not_found', 'Unknown endpoint'), request, reply),
  );
  return app;
}

function setCommonHeaders(reply: FastifyReply): void {
  void reply.headers({
    'x-supabase-api-version': API_VERSION,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
}

function sendError(
  context: AuthContext,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const refusal = asRefusal(error);
  if (refusal.status >= 500) logFailure(context, error, request);
  setCommonHeaders(reply);
  return reply
    .code(refusal.status)
    .headers({ ...refusal.detail.headers, 'x-sb-error-code': refusal.code })
    .send({
      code: refusal.code,
      error_code: refusal.code,
      message: refusal.message,
      ...refusal.detail.body,
    });
}

function asRefusal(error: unknown): AuthError {
  if (error instanceof AuthError) return error;
  const status = statusOf(error);
  if (status === 413) {
    return new AuthError(413, 'request_too_large', 'The request body is too large');
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return new AuthError(400, 'validation_failed', 'The request could not be read');
  }
  return new AuthError(500, 'unexpected_failure', 'Unexpected failure, please check server logs');
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

// A database error's message and detail may quote values of the request, so neither is logged.
function logFailure(context: AuthContext, error: unknown, request: FastifyRequest): void {
  const { code, constraint } = (error ?? {}) as { code?: unknown; constraint?: unknown };
  const frames = error instanceof Error ? (error.stack?.match(/^ +at .*$/gm) ?? []) : [];
  context.log({
    level: 'error',
    event: 'request_failed',
    method: request.method,
    route: request.routeOptions.url ?? 'none',
    error: error instanceof Error ? error.name : typeof error,
    code: typeof code === 'string' ? code : undefined,
    constraint: typeof constraint === 'string' ? constraint : undefined,
    at: frames.slice(0, 4).join('\n'),
  });
}
