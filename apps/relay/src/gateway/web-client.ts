import fastifyStatic from '@fastify/static';
import { ProtocolError } from '@sotto/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Paths that are never the web client's. */
const reserved = /^\/(?:api|rest|auth|socket\.io|health|ready|metrics|config\.json)(?:[/?]|$)/;
/** Names that the build derives from the content. */
const hashed = /\/assets\/[^/]+$/;

/**
 * Serves the built web client. Addresses inside the client are its index page; a missing file stays
 * missing. Hashed assets may be kept for ever, everything else is asked for again.
 */
export async function registerWebClient(server: FastifyInstance, root: string): Promise<void> {
  await server.register(fastifyStatic, {
    root,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header(
        'cache-control',
        hashed.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
  server.setNotFoundHandler(async (request, reply) => {
    if (!isPage(request)) throw new ProtocolError('not_found');
    return await reply.sendFile('index.html');
  });
}

function isPage(request: FastifyRequest): boolean {
  const { accept = '' } = request.headers;
  return (
    (request.method === 'GET' || request.method === 'HEAD') &&
    !reserved.test(request.url) &&
    accept.includes('text/html')
  );
}
