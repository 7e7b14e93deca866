/**
 * The one address of the stack: `/rest/v1` goes to PostgREST, `/auth/v1` to the auth service.
 *
 * A request needs a known API key. Without a user's token the key decides the role; with one, the
 * token is verified here, its session is looked up, and PostgREST gets the same claims under a
 * signature that only the gateway can make.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LocalSupabaseError } from '../errors.ts';
import type { HttpTarget } from '../postgrest/start-postgrest.ts';
import type { StackLog } from '../stack/stack-log.ts';
import { createApiKeyLookup } from './api-keys.ts';
import type { ApiKeys, ApiRole } from './api-keys.ts';
import { createForwarder } from './forward.ts';
import { gatewayRoleHeader } from './gateway-role-header.ts';
import { sendJson, sendTokenRefused, setCorsHeaders } from './http-answers.ts';
import { createInternalTokens } from './internal-tokens.ts';
import type { LiveSessions } from './live-sessions.ts';
import { createTokenVerifier, TokenRefused } from './token-verifier.ts';
import type { VerificationKey } from './token-verifier.ts';

/** Handles one request below `/auth/v1`; the prefix is already taken off its URL. */
type AuthHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What {@link startGateway} needs. */
export interface GatewayOptions {
  readonly apiKeys: ApiKeys;
  /** Known once the port is, since it may name the gateway's own address. */
  readonly issuer: (url: string) => string;
  readonly signingKeys: readonly VerificationKey[];
  /** HS256 secret shared with PostgREST. */
  readonly internalSecret: string;
  readonly postgrest: HttpTarget;
  readonly sessions: LiveSessions;
  readonly auth: (url: string) => AuthHandler;
  readonly log: StackLog;
  /** 0 for any. */
  readonly port: number;
  readonly host?: string;
  readonly maxBodyBytes?: number;
}

/** A running gateway. */
export interface RunningGateway {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

const defaultMaxBodyBytes = 16 * 1024 * 1024;
/** Reached from links in mails and from key fetchers, which send no API key. */
const openAuthPaths = /^\/(verify|callback|authorize|\.well-known\/[\w.-]+)(\?|$)/;

/**
 * Listens on 127.0.0.1 unless told otherwise.
 *
 * @throws LocalSupabaseError `port_in_use`.
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const maxBodyBytes = options.maxBodyBytes ?? defaultMaxBodyBytes;
  const roleOf = createApiKeyLookup(options.apiKeys);
  const internal = createInternalTokens(options.internalSecret);
  const forwarder = createForwarder({ target: options.postgrest, maxBodyBytes });
  const server = createServer({
    requestTimeout: 60_000,
    headersTimeout: 15_000,
    // Longer than proxies in front keep theirs, so that they never write to a closed connection.
    keepAliveTimeout: 75_000,
  });
  const host = options.host ?? '127.0.0.1';
  await listen(server, options.port, host);
  const { port } = server.address() as AddressInfo;
  const url = `http://${host}:${port}`;
  const verifyToken = createTokenVerifier({
    keys: options.signingKeys,
    issuer: options.issuer(url),
    signInternal: (claims) => internal.sign(claims),
  });
  const auth = options.auth(url);

  /** The token for PostgREST, or `undefined` after the request has been refused. */
  const exchangeToken = async (
    bearer: string | undefined,
    role: ApiRole,
    response: ServerResponse,
  ): Promise<string | undefined> => {
    if (bearer === undefined) return internal.forRole(role);
    const token = verifyToken(bearer);
    if (token.sessionId !== undefined && token.userId !== undefined) {
      if (!(await options.sessions.sessionExists(token.sessionId, token.userId))) {
        sendTokenRefused(response, 'Session has ended');
        return undefined;
      }
    }
    return token.internalToken;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    setCorsHeaders(request, response);
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    const [prefix, path] = route(request.url ?? '/');
    if (prefix === undefined) return sendJson(response, 404, { message: 'Not found' });
    if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) {
      response.setHeader('Connection', 'close');
      return sendJson(response, 413, { message: `Body is larger than ${maxBodyBytes} bytes` });
    }
    const { apiKey, cleanPath } = takeApiKey(request, path);
    const role = apiKey === undefined ? undefined : roleOf(apiKey);
    if (role === undefined && !(prefix === 'auth' && openAuthPaths.test(path))) {
      return sendJson(response, 401, {
        message: apiKey === undefined ? 'No API key found in request' : 'Invalid API key',
        hint: 'Send your publishable or secret key in the apikey header.',
      });
    }
    const bearer = userToken(request.headers.authorization);
    if (prefix === 'auth') {
      const done = request.method === 'GET' ? undefined : options.sessions.beginChange();
      try {
        request.url = cleanPath;
        request.headers[gatewayRoleHeader] = role ?? 'anon';
        await auth(request, response);
      } finally {
        done?.();
      }
      return;
    }
    const token = await exchangeToken(bearer, role ?? 'anon', response);
    if (token !== undefined) forwarder.forward(request, response, cleanPath, token);
  };

  server.on('request', (request, response) => {
    handle(request, response).catch((cause: unknown) => {
      if (cause instanceof TokenRefused) return sendTokenRefused(response, cause.message);
      options.log('error', `Request failed: ${cause instanceof Error ? cause.message : 'unknown'}`);
      sendJson(response, 503, { message: 'Temporarily unavailable' });
    });
  });

  return {
    url,
    port,
    stop: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 2_000).unref();
      });
      forwarder.stop();
    },
  };
}

function listen(
  server: ReturnType<typeof createServer>,
  port: number,
  host: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === 'EADDRINUSE'
          ? new LocalSupabaseError('port_in_use', `Port ${port} of ${host} is in use`, cause)
          : cause,
      );
    });
    server.listen(port, host, () => resolve());
  });
}

function route(url: string): ['rest' | 'auth', string] | [undefined, string] {
  const match = /^\/(rest|auth)\/v1(?=[/?]|$)/.exec(url);
  if (!match) return [undefined, url];
  const rest = url.slice(match[0].length);
  return [match[1] === 'auth' ? 'auth' : 'rest', rest.startsWith('/') ? rest : `/${rest}`];
}

/** The API key from header, query or bearer, and the path without it. */
function takeApiKey(
  request: IncomingMessage,
  path: string,
): { apiKey: string | undefined; cleanPath: string } {
  const header = request.headers['apikey'];
  const bearer = bearerOf(request.headers.authorization);
  const fallback = bearer?.startsWith('sb_') ? bearer : undefined;
  const at = path.indexOf('?');
  if (at < 0 || !path.includes('apikey=')) {
    return { apiKey: typeof header === 'string' ? header : fallback, cleanPath: path };
  }
  const query = path.slice(at + 1).split('&');
  const isKey = (part: string): boolean => part.startsWith('apikey=');
  const others = query.filter((part) => !isKey(part)).join('&');
  const fromQuery = query.find(isKey)?.slice('apikey='.length);
  return {
    apiKey: typeof header === 'string' ? header : (fromQuery ?? fallback),
    cleanPath: path.slice(0, at) + (others === '' ? '' : `?${others}`),
  };
}

function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
}

/** The user's token; API keys sent as bearer are not tokens. */
function userToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  const bearer = bearerOf(authorization);
  if (bearer === undefined) return '';
  return bearer.startsWith('sb_') ? undefined : bearer;
}
