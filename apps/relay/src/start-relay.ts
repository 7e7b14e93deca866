/** Puts the layers together: database, domain, handlers, gateway, one HTTP server on one port. */
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { oldestProtocolVersion, protocolVersion } from '@sotto/protocol';
import type { SupabaseConfig } from './config.ts';
import { AuthAdmin } from './db/auth-admin.ts';
import { Database } from './db/database.ts';
import { DeviceLinkDatabase } from './db/device-link-database.ts';
import { directAppend } from './db/direct-append.ts';
import { OwnAccountDatabase } from './db/own-account-database.ts';
import { postgrestAppend } from './db/postgrest-append.ts';
import { PostgrestClient } from './db/postgrest-client.ts';
import { Access } from './domain/access.ts';
import { appendLanes, AppendWriter } from './domain/append-writer.ts';
import { LastSeen } from './domain/last-seen.ts';
import { Readiness } from './domain/readiness.ts';
import { EndedAccess } from './domain/ended-access.ts';
import { Housekeeping } from './domain/housekeeping.ts';
import { TokenVerifier } from './domain/token-verifier.ts';
import { RequestAuthenticator } from './gateway/authenticate.ts';
import { clientAddressOf } from './gateway/client-address.ts';
import { EventDispatch } from './gateway/event-dispatch.ts';
import { registerRoutes } from './gateway/http-routes.ts';
import { createHttpServer, registerNotFound } from './gateway/http-server.ts';
import type { Log } from './gateway/log.ts';
import { describeError } from './gateway/log.ts';
import { registerMetricsRoute } from './gateway/metrics-route.ts';
import { Metrics } from './gateway/metrics.ts';
import { openApiDocument } from './gateway/open-api.ts';
import { originCheck } from './gateway/origins.ts';
import { RateLimits } from './gateway/rate-limits.ts';
import type { RateLimitOverrides } from './gateway/rate-limits.ts';
import { securityHeaders } from './gateway/security-headers.ts';
import { socketFanOut } from './gateway/socket-fan-out.ts';
import { createSocketServer, serveSockets } from './gateway/socket-server.ts';
import { registerSupabaseProxy } from './gateway/supabase-proxy.ts';
import { registerWebClient } from './gateway/web-client.ts';
import { eventHandlers } from './handlers/events.ts';
import { routeHandlers } from './handlers/routes.ts';
import type { Services } from './handlers/services.ts';

/** What one relay runs with. */
export interface RelayOptions {
  /** 0 for any free port. */
  port: number;
  host: string;
  supabase: SupabaseConfig;
  /** Pass `/rest/v1` and `/auth/v1` on to `supabase.url`, so that clients need one origin only. */
  proxySupabase: boolean;
  log: Log;
  publicUrl?: string | undefined;
  allowedOrigins?: readonly string[];
  trustedProxies?: readonly string[];
  metricsToken?: string | undefined;
  /** Folder of the built web client; without it the relay serves its API alone. */
  webRoot?: string | undefined;
  rateLimits?: RateLimitOverrides;
  /** How often a socket's session is looked at again; the protocol's limit by default. */
  recheckMs?: number | undefined;
  /** How often what ran out is deleted and what was left half done is finished; a minute by default. */
  housekeepingMs?: number | undefined;
  /** Longest time for `stop`. */
  stopTimeoutMs?: number;
  /** Called after each commit of messages, before anyone is told of them. */
  onCommitted?: (rows: number) => void;
}

/** A running relay. */
export interface Relay {
  readonly url: string;
  readonly port: number;
  /** Answers what was begun, closes what is open; ends within the timeout whatever happens. */
  stop(): Promise<void>;
}

const version = '0.1.0';
const defaultStopTimeoutMs = 8000;
const farewellMs = 1000;

/** Starts a relay; what was opened is closed again when the start fails. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { supabase, log, publicUrl } = options;
  const { publishableKey } = supabase;
  const postgrest = new PostgrestClient({ url: supabase.url, secretKey: supabase.secretKey });
  const backEnd =
    supabase.databaseUrl === undefined
      ? postgrestAppend(postgrest)
      : directAppend({
          databaseUrl: supabase.databaseUrl,
          connections: appendLanes,
          onIdleError: (error) => log.warn({ error: describeError(error) }, 'connection lost'),
        });
  const metrics = new Metrics(() => writer.queuedRows);
  const writer = new AppendWriter({
    backEnd,
    onCommitted: (rows) => {
      metrics.flushRows.observe(rows);
      options.onCommitted?.(rows);
    },
  });
  const database = new Database(postgrest);
  const access = new Access(database);
  const readiness = new Readiness(database);
  const tokens = new TokenVerifier({
    jwksUrl: new URL(`${supabase.url}/auth/v1/.well-known/jwks.json`),
    issuer: supabase.issuer ?? `${supabase.url}/auth/v1`,
    jwtSecret: supabase.jwtSecret,
  });
  const lastSeen = new LastSeen(database);

  const clientAddress = clientAddressOf(options.trustedProxies ?? []);
  const rateLimits = new RateLimits(options.rateLimits);
  const isAllowedOrigin = originCheck({ publicUrl, allowedOrigins: options.allowedOrigins ?? [] });
  const supabaseUrl = options.proxySupabase ? undefined : supabase.url;
  const headers = securityHeaders({ publicUrl, supabaseUrl });
  const server = createHttpServer({ log, metrics, headers, isAllowedOrigin });
  const io = createSocketServer(server.server, { isAllowedOrigin, headers });
  const fanOut = socketFanOut(io);
  const ownAccounts = new OwnAccountDatabase(postgrest);
  const authAdmin = new AuthAdmin({ url: supabase.url, secretKey: supabase.secretKey });
  const endedAccess = new EndedAccess(database, fanOut);
  const housekeeping = new Housekeeping({
    database,
    ownAccounts,
    authAdmin,
    everyMs: options.housekeepingMs,
  });
  const services: Services = {
    database,
    deviceLinks: new DeviceLinkDatabase(postgrest),
    ownAccounts,
    authAdmin,
    access,
    writer,
    fanOut,
    readiness,
    clientConfig: (origin) => ({
      supabaseUrl: supabaseUrl ?? publicUrl ?? origin,
      publishableKey,
      protocol: { oldest: oldestProtocolVersion, newest: protocolVersion },
      version,
    }),
  };
  const dispatch = new EventDispatch({
    services,
    handlers: eventHandlers,
    rateLimits,
    metrics,
    log,
  });
  const close = async () => {
    endedAccess.stop();
    housekeeping.stop();
    await io.of('/').adapter.close();
    io.engine.close();
    await server.close();
    await lastSeen.stop();
    await backEnd.close();
    postgrest.close();
  };

  try {
    const authenticator = new RequestAuthenticator(tokens, access, rateLimits);
    registerRoutes(server, routeHandlers, { services, authenticator, rateLimits, clientAddress });
    registerMetricsRoute(server, { metrics, token: options.metricsToken, clientAddress });
    const openApi = openApiDocument();
    server.get('/api/openapi.json', () => openApi);
    if (options.proxySupabase) {
      await registerSupabaseProxy(server, { upstream: supabase.url, clientAddress, rateLimits });
    }
    if (options.webRoot === undefined) registerNotFound(server);
    else await registerWebClient(server, options.webRoot);
    serveSockets(
      io,
      {
        tokens,
        access,
        rateLimits,
        clientAddress,
        metrics,
        log,
        isStopping: () => readiness.isStopping,
      },
      { services, dispatch, endedAccess, lastSeen, metrics, log, recheckMs: options.recheckMs },
    );
    await server.listen({ port: options.port, host: options.host });
  } catch (error) {
    await close();
    throw error;
  }

  const { port } = server.server.address() as AddressInfo;
  const drain = async () => {
    readiness.beginStopping();
    server.server.close();
    await dispatch.drained();
    await writer.drained();
    io.disconnectSockets(true);
    // Farewells and last answers leave before their connections are cut.
    const until = performance.now() + farewellMs;
    while (io.engine.clientsCount > 0 && performance.now() < until) await pause(10);
    await close();
  };
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    const timeout = new AbortController();
    const limit = pause(options.stopTimeoutMs ?? defaultStopTimeoutMs, 'late' as const, {
      signal: timeout.signal,
    }).catch(() => 'late' as const);
    if ((await Promise.race([drain(), limit])) === 'late') {
      log.warn('not everything ended in time');
      server.server.closeAllConnections();
    }
    timeout.abort();
  };
  return {
    url: `http://${hostInUrl(options.host)}:${port}`,
    port,
    stop: () => (stopping ??= stop()),
  };
}

/** How this machine reaches the address that was listened on. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '127.0.0.1' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
