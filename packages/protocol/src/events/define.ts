import type { z } from 'zod';
import type { CostClass } from '../limits.ts';

/** An event a client sends; the relay answers exactly one acknowledgement. */
export interface ClientEvent<Request extends z.ZodType, Response extends z.ZodType> {
  name: string;
  cost: CostClass;
  request: Request;
  response: Response;
}

/** An event the relay sends; a hint unless it carries a sequence number, and then still recoverable. */
export interface RelayEvent<Body extends z.ZodType> {
  name: string;
  body: Body;
}

export function defineClientEvent<Request extends z.ZodType, Response extends z.ZodType>(
  event: ClientEvent<Request, Response>,
): ClientEvent<Request, Response> {
  return event;
}

export function defineRelayEvent<Body extends z.ZodType>(
  event: RelayEvent<Body>,
): RelayEvent<Body> {
  return event;
}
