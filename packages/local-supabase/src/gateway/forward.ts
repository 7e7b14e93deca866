import { Agent, request as startRequest } from 'node:http';
import type {
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import type { HttpTarget } from '../postgrest/start-postgrest.ts';
import { gatewayRoleHeader } from './gateway-role-header.ts';
import { sendJson } from './http-answers.ts';

/** Headers that concern one connection only (RFC 9110 §7.6.1). */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
/** Credentials and CORS end at the gateway. */
const notForwarded = new Set([
  ...hopByHop,
  'apikey',
  'authorization',
  'cookie',
  'origin',
  'expect',
  gatewayRoleHeader,
]);
const notReturned = new Set([...hopByHop, 'server', 'date']);

/** Sends requests on to PostgREST. */
export interface Forwarder {
  forward(request: IncomingMessage, response: ServerResponse, path: string, token: string): void;
  stop(): void;
}

/** What {@link createForwarder} needs. */
export interface ForwarderOptions {
  readonly target: HttpTarget;
  readonly maxBodyBytes: number;
}

/** PostgREST closes idle connections after 30 s; ours are given up earlier, so none is reused dead. */
const idleMs = 20_000;

/** Streams bodies both ways; a client that goes away ends the request behind it. */
export function createForwarder({ target, maxBodyBytes }: ForwarderOptions): Forwarder {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 128,
    maxFreeSockets: 32,
    timeout: idleMs,
  });
  return {
    forward(request, response, path, token) {
      const headers = forwardedHeaders(request.headers);
      headers['authorization'] = `Bearer ${token}`;
      if (request.headers['transfer-encoding'] !== undefined) {
        headers['transfer-encoding'] = 'chunked';
      }
      const upstream = startRequest({ ...target, agent, path, method: request.method, headers });
      upstream.on('response', (answer) => {
        for (const [name, value] of Object.entries(answer.headers)) {
          if (value === undefined || notReturned.has(name)) continue;
          if (!name.startsWith('access-control-')) response.setHeader(name, value);
        }
        response.writeHead(answer.statusCode ?? 502);
        answer.pipe(response);
        answer.on('error', () => response.destroy());
      });
      upstream.on('error', () => {
        if (response.headersSent) response.destroy();
        else {
          response.setHeader('Retry-After', '1');
          sendJson(response, 503, {
            code: 'PGRST000',
            message: 'The database is not reachable',
            details: null,
            hint: null,
          });
        }
      });
      response.on('close', () => {
        if (!response.writableFinished) upstream.destroy();
      });
      sendBody(request, response, upstream, maxBodyBytes);
    },
    stop: () => agent.destroy(),
  };
}

function sendBody(
  request: IncomingMessage,
  response: ServerResponse,
  upstream: ReturnType<typeof startRequest>,
  maxBodyBytes: number,
): void {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) return;
    request.unpipe(upstream);
    response.setHeader('Connection', 'close');
    sendJson(response, 413, { message: `Body is larger than ${maxBodyBytes} bytes` });
    upstream.destroy();
  });
  request.on('error', () => upstream.destroy());
  request.pipe(upstream);
}

function forwardedHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const listed = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const kept = Object.entries(headers).filter(
    ([name]) => !notForwarded.has(name) && !listed.includes(name),
  );
  return Object.fromEntries(kept);
}
