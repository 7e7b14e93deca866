import type * as z from 'zod/mini';
import type { CostClass } from '../limits.ts';

/**
 * Who may call a route. `public`: nobody in particular. `firstFactor`: a valid access token, also of an
 * account whose second factor has not been given yet. `user`: a valid access token, with the second
 * factor where the account has one. `device`: such a token whose auth session is bound to the active
 * device named in `x-sotto-device`.
 */
export type RouteScope = 'public' | 'firstFactor' | 'user' | 'device';

export const deviceHeader = 'x-sotto-device';

/** One HTTP endpoint. `:name` in `path` is a parameter of `params`. Bodies are JSON. */
export interface Route<
  Params extends z.ZodMiniType = z.ZodMiniType,
  Query extends z.ZodMiniType = z.ZodMiniType,
  Body extends z.ZodMiniType = z.ZodMiniType,
  Response extends z.ZodMiniType = z.ZodMiniType,
> {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  summary: string;
  scope: RouteScope;
  cost: CostClass;
  /** Largest body as text; `limits.envelopeBytes` unless told. */
  bodyBytes?: number;
  params: Params;
  query: Query;
  body: Body;
  response: Response;
}

export function defineRoute<
  Params extends z.ZodMiniType,
  Query extends z.ZodMiniType,
  Body extends z.ZodMiniType,
  Response extends z.ZodMiniType,
>(route: Route<Params, Query, Body, Response>): Route<Params, Query, Body, Response> {
  return route;
}
