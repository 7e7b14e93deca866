import type { z } from 'zod';
import type { CostClass } from '../limits.ts';

/**
 * Who may call a route. `public`: nobody in particular. `user`: a valid access token. `device`: a
 * token whose auth session is bound to the active device named in `x-sotto-device`.
 */
export type RouteScope = 'public' | 'user' | 'device';

export const deviceHeader = 'x-sotto-device';

/** One HTTP endpoint. `:name` in `path` is a parameter of `params`. Bodies are JSON. */
export interface Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Response extends z.ZodType = z.ZodType,
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
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Response extends z.ZodType,
>(route: Route<Params, Query, Body, Response>): Route<Params, Query, Body, Response> {
  return route;
}
