import { routes } from '@sotto/protocol';
import type { DeviceId, RouteName, RouteScope } from '@sotto/protocol';
import type * as z from 'zod/mini';
import type { DeviceCaller, UserCaller } from '../domain/caller.ts';
import type { Services } from './services.ts';

type Part<Name extends RouteName, Of extends 'params' | 'query' | 'body' | 'response'> = z.output<
  (typeof routes)[Name][Of]
>;

/** A parsed request to the route `Name`. */
export interface RouteRequest<Name extends RouteName, Caller> {
  caller: Caller;
  params: Part<Name, 'params'>;
  query: Part<Name, 'query'>;
  body: Part<Name, 'body'>;
  /** The device a `user` route was called with, if any; not checked. */
  claimedDeviceId: DeviceId | undefined;
  /** Scheme, host and port that the caller used. */
  origin: string;
}

/** The body of the answer, and its status where it is not 200. */
export interface RouteAnswer<Name extends RouteName> {
  data: Part<Name, 'response'>;
  status?: 503;
}

type Handle<Name extends RouteName, Caller> = (
  services: Services,
  request: RouteRequest<Name, Caller>,
) => Promise<RouteAnswer<Name>>;

/** A route's handler, for the scope it was written for. */
export interface RouteHandler<Name extends RouteName = RouteName> {
  name: Name;
  scope: RouteScope;
  /** How much of the cost class a request uses; 1 unless said otherwise. */
  weigh: (body: Part<Name, 'body'>) => number;
  handle: Handle<Name, unknown>;
}

type Definition<Name extends RouteName, Caller> = {
  handle: Handle<Name, Caller>;
  weigh?: (body: Part<Name, 'body'>) => number;
};

function define<Name extends RouteName, Caller>(
  name: Name,
  scope: RouteScope,
  definition: Definition<Name, Caller>,
): RouteHandler<Name> {
  if (routes[name].scope !== scope) {
    throw new TypeError(`${name} is a ${routes[name].scope} route, its handler one for ${scope}`);
  }
  return {
    name,
    scope,
    weigh: definition.weigh ?? (() => 1),
    // The gateway makes the caller that the scope, compared above, demands.
    handle: (services, request) =>
      definition.handle(services, request as RouteRequest<Name, Caller>),
  };
}

/** Anybody may call it. */
export const publicRoute = <Name extends RouteName>(
  name: Name,
  handle: Handle<Name, undefined>,
): RouteHandler<Name> => define(name, 'public', { handle });

/** Needs a live auth session, which may lack the second factor. */
export const firstFactorRoute = <Name extends RouteName>(
  name: Name,
  handle: Handle<Name, UserCaller>,
): RouteHandler<Name> => define(name, 'firstFactor', { handle });

/** Needs a live auth session, with the second factor where the account has one. */
export const userRoute = <Name extends RouteName>(
  name: Name,
  handle: Handle<Name, UserCaller>,
): RouteHandler<Name> => define(name, 'user', { handle });

/** Needs an auth session that is bound to an active device. */
export const deviceRoute = <Name extends RouteName>(
  name: Name,
  handle: Handle<Name, DeviceCaller>,
  weigh?: (body: Part<Name, 'body'>) => number,
): RouteHandler<Name> => define(name, 'device', weigh ? { handle, weigh } : { handle });
