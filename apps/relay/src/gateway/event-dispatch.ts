/**
 * The one wrapper round every socket event: it answers exactly once, lets no exception out, and calls
 * a handler only with a parsed request of a proven device.
 */
import { clientEvents, errorTable, ProtocolError } from '@sotto/protocol';
import type { Ack, ClientEventName, WireError } from '@sotto/protocol';
import type * as z from 'zod/mini';
import type { SocketCaller } from '../domain/caller.ts';
import type { EventHandler } from '../handlers/event-handler.ts';
import type { Services } from '../handlers/services.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { rateKey } from './rate-limits.ts';
import type { RateLimits } from './rate-limits.ts';
import { wireError } from './wire-error.ts';

/** What the wrapper needs. */
export interface DispatchParts {
  services: Services;
  handlers: { [Name in ClientEventName]: EventHandler<Name> };
  rateLimits: RateLimits;
  metrics: Metrics;
  log: Log;
}

/** The socket as the wrapper sees it. */
export interface DispatchSocket {
  /** Undefined until the device has proven its key. */
  caller(): SocketCaller | undefined;
  close(): void;
}

/** Serves events, and knows when none is being served. */
export class EventDispatch {
  readonly #parts: DispatchParts;
  #inFlight = 0;
  #idle: (() => void)[] = [];

  constructor(parts: DispatchParts) {
    this.#parts = parts;
  }

  /** @param packet the arguments of the event as they came: name, body, acknowledgement. */
  async dispatch(socket: DispatchSocket, packet: readonly unknown[]): Promise<void> {
    const acknowledge = packet.at(-1);
    if (typeof acknowledge !== 'function') {
      this.#parts.metrics.unanswerableEvents.inc();
      // The only answer there is to who cannot be answered.
      socket.close();
      return;
    }
    const [name, ...bodies] = packet.slice(0, -1);
    const event = isEventName(name) ? name : undefined;
    const started = performance.now();
    this.#inFlight += 1;
    try {
      const { answer, after } = await this.#answer(socket, event, bodies);
      acknowledge(answer);
      this.#count(event, answer.ok ? 'ok' : answer.error.code, started);
      this.#runAfter(after, event);
      if (!answer.ok && errorTable[answer.error.code].closesSocket) socket.close();
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  /** Resolves when every event that was begun has been answered. */
  drained(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #answer(
    socket: DispatchSocket,
    event: ClientEventName | undefined,
    bodies: readonly unknown[],
  ): Promise<{ answer: Ack<unknown>; after?: (() => void) | undefined }> {
    try {
      const caller = socket.caller();
      if (!caller) throw new ProtocolError('unauthenticated');
      if (event === undefined || bodies.length !== 1) {
        // Costs as much as a read, so that guessing is not free.
        await this.#parts.rateLimits.consume('read', rateKey('read', caller));
        throw new ProtocolError('bad_request');
      }
      const { data, after } = await this.#serve(event, caller, bodies[0]);
      return { answer: { ok: true, data }, after };
    } catch (error) {
      return { answer: { ok: false, error: this.#wireError(error, event) } };
    }
  }

  async #serve<Name extends ClientEventName>(event: Name, caller: SocketCaller, body: unknown) {
    const { services, handlers, rateLimits } = this.#parts;
    const definition = clientEvents[event];
    const schema: z.ZodMiniType = definition.request;
    const parsed = schema.safeParse(body);
    await rateLimits.consume(definition.cost, rateKey(definition.cost, caller));
    if (!parsed.success) throw new ProtocolError('bad_request');
    if (services.readiness.isStopping) {
      throw new ProtocolError('unavailable', { retryAfterMs: 1000 });
    }
    return await handlers[event](services, caller, parsed.data as never);
  }

  #count(event: ClientEventName | undefined, outcome: string, started: number): void {
    const { metrics } = this.#parts;
    const label = event ?? 'unknown';
    metrics.events.inc({ event: label, outcome });
    metrics.eventSeconds.observe({ event: label }, (performance.now() - started) / 1000);
  }

  #runAfter(after: (() => void) | undefined, event: ClientEventName | undefined): void {
    try {
      after?.();
    } catch (error) {
      this.#wireError(error, event);
    }
  }

  #wireError(error: unknown, event: ClientEventName | undefined): WireError {
    return wireError(error, this.#parts.log, `event ${event ?? 'unknown'}`);
  }
}

function isEventName(name: unknown): name is ClientEventName {
  return typeof name === 'string' && Object.hasOwn(clientEvents, name);
}
