import type * as z from 'zod/mini';
import type { CostClass } from '../limits.ts';

/**
 * Who may call a route. `public`: nobody in particular. `user`: a valid access token. `device`: a
 * token whose auth session is bound to the active device named in `x-sotto-device`.
 */
export type RouteScope = 'public' | 'user' | 'device';

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
