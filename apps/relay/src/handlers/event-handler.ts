import type { ClientEventName, ClientEventRequest, ClientEventResponse } from '@sotto/protocol';
import type { SocketCaller } from '../domain/caller.ts';
import type { Services } from './services.ts';

/** What an event is answered with, and what happens once it was answered. */
export interface EventAnswer<Name extends ClientEventName> {
  data: ClientEventResponse<Name>;
  after?(): void;
}

/** Serves one event; the request is parsed, the caller's device proven. Fails with ProtocolError. */
export type EventHandler<Name extends ClientEventName> = (
  services: Services,
  caller: SocketCaller,
  request: ClientEventRequest<Name>,
) => Promise<EventAnswer<Name>>;
