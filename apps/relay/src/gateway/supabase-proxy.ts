import httpProxy from '@fastify/http-proxy';
import { ProtocolError } from '@sotto/protocol';
import type { FastifyInstance } from 'fastify';
import type { ClientAddress } from './client-address.ts';
import { networkOf } from './client-address.ts';
import type { RateLimits } from './rate-limits.ts';

const maxBodyBytes = 1024 * 1024;

/**
 * Passes `/rest/v1` and `/auth/v1` to the embedded gateway, so that the client has one origin. The
 * auth service counts by the address given here; what the client itself claims is dropped. PostgREST
 * counts nothing, so that is done here.
 */
export async function registerSupabaseProxy(
  server: FastifyInstance,
  options: { upstream: string; clientAddress: ClientAddress; rateLimits: RateLimits },
): Promise<void> {
  const { clientAddress, rateLimits } = options;
  for (const prefix of ['/rest/v1', '/auth/v1']) {
    await server.register(async (scope) => {
      // Bodies pass through unread: the proxy brings its own parsers.
      scope.removeAllContentTypeParsers();
      scope.addHook('preHandler', async (request) => {
        const length = Number(request.headers['content-length'] ?? 0);
        if (length > maxBodyBytes) throw new ProtocolError('too_large');
        if (prefix === '/auth/v1') return;
        await rateLimits.consume('read', networkOf(clientAddress(request.raw)));
      });
      await scope.register(httpProxy, {
        upstream: options.upstream,
        prefix,
        rewritePrefix: prefix,
        replyOptions: {
          rewriteRequestHeaders: (request, headers) => {
            const forwarded = { ...headers };
            for (const name of Object.keys(forwarded)) {
              if (/^(?:forwarded|x-forwarded-.*|x-real-ip)$/.test(name)) delete forwarded[name];
            }
            return { ...forwarded, 'x-forwarded-for': clientAddress(request.raw) };
          },
          onError: (reply) => {
            void reply
              .code(503)
              .send({ code: 'unavailable', message: 'The service cannot be reached.' });
          },
        },
      });
    });
  }
}
