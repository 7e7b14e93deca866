import type * as z from 'zod/mini';
import type { CostClass } from '../limits.ts';

/** An event a client sends; the relay answers exactly one acknowledgement. */
export interface ClientEvent<Request extends z.ZodMiniType, Response extends z.ZodMiniType> {
  name: string;
  cost: CostClass;
  request: Request;
  response: Response;
}

/** An event the relay sends; a hint unless it carries a sequence number, and then still recoverable. */
export interface RelayEvent<Body extends z.ZodMiniType> {
  name: string;
  body: Body;
}

export function defineClientEvent<Request extends z.ZodMiniType, Response extends z.ZodMiniType>(
  event: ClientEvent<Request, Response>,
): ClientEvent<Request, Response> {
  return event;
}

export function defineRelayEvent<Body extends z.ZodMiniType>(
  event: RelayEvent<Body>,
): RelayEvent<Body> {
  return event;
}
