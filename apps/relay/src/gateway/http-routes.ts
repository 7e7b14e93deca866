/**
 * The one wrapper round every HTTP handler: authenticate, rate-limit, parse, handle, encode. A route
 * that lacks a scope or a handler, and a handler without its route, fail the start.
 */
import { isProtocolError, limits, ProtocolError, routes } from '@sotto/protocol';
import type { Route, RouteName } from '@sotto/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod/mini';
import type { DeviceCaller, UserCaller } from '../domain/caller.ts';
import type { RouteHandler } from '../handlers/route-handler.ts';
import type { Services } from '../handlers/services.ts';
import { claimedDevice } from './authenticate.ts';
import type { RequestAuthenticator } from './authenticate.ts';
import type { ClientAddress } from './client-address.ts';
import { networkOf } from './client-address.ts';
import { requestOrigin } from './request-origin.ts';
import { rateKey } from './rate-limits.ts';
import type { RateLimits } from './rate-limits.ts';

/** What the wrapper needs. */
export interface HttpRouteParts {
  services: Services;
  authenticator: RequestAuthenticator;
  rateLimits: RateLimits;
  clientAddress: ClientAddress;
}

const scopes: readonly string[] = ['public', 'firstFactor', 'user', 'device'];

/** Registers every route of the table. @throws TypeError when table and handlers do not match. */
export function registerRoutes(
  server: FastifyInstance,
  handlers: Partial<Record<RouteName, RouteHandler>>,
  parts: HttpRouteParts,
): void {
  for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
    const handler = handlers[name];
    if (!scopes.includes(route.scope)) throw new TypeError(`${name} has no scope`);
    if (!handler || handler.name !== name) throw new TypeError(`${name} has no handler`);
    if (handler.scope !== route.scope) throw new TypeError(`${name} and its handler disagree`);
    registerRoute(server, route, handler, parts);
  }
  for (const name of Object.keys(handlers)) {
    if (!Object.hasOwn(routes, name)) throw new TypeError(`${name} is a handler without a route`);
  }
}

function registerRoute(
  server: FastifyInstance,
  route: Route,
  handler: RouteHandler,
  parts: HttpRouteParts,
): void {
  server.route({
    method: route.method,
    url: route.path,
    bodyLimit: route.bodyBytes ?? limits.envelopeBytes,
    handler: async (request, reply) => {
      const caller = await authenticate(request, route, parts);
      const body = parse(route.body, request.body ?? {});
      const key = caller
        ? rateKey(route.cost, caller)
        : networkOf(parts.clientAddress(request.raw));
      await parts.rateLimits.consume(route.cost, key, handler.weigh(body as never));
      if (parts.services.readiness.isStopping && route.scope !== 'public') {
        throw new ProtocolError('unavailable', { retryAfterMs: 1000 });
      }
      const answer = await handler.handle(parts.services, {
        caller,
        params: parse(route.params, request.params),
        query: parse(route.query, request.query),
        body,
        claimedDeviceId: claimedDevice(request),
        origin: requestOrigin(request.raw),
      } as never);
      // Nothing here may be kept by a proxy, `/config.json` least: it names the host it was asked by.
      reply.header('cache-control', 'no-store');
      return await reply.code(answer.status ?? 200).send(z.encode(route.response, answer.data));
    },
  });
}

async function authenticate(
  request: FastifyRequest,
  route: Route,
  parts: HttpRouteParts,
): Promise<UserCaller | DeviceCaller | undefined> {
  try {
    return await parts.authenticator.caller(request, route.scope);
  } catch (error) {
    // Wrong tokens count against the address that sends them; right ones do not.
    if (isProtocolError(error, 'unauthenticated')) {
      await parts.rateLimits.consume('auth', networkOf(parts.clientAddress(request.raw)));
    }
    throw error;
  }
}

function parse<Schema extends z.ZodMiniType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    // The issues may quote what was sent.
    throw new ProtocolError('bad_request', { cause: parsed.error.issues.map(({ path }) => path) });
  }
  return parsed.data;
}
