import type { Transport } from '../../src/index.ts';
import { createNetworkTransport } from '../../src/index.ts';

/** What stands between a client and the relay, and may change everything that passes. */
export interface WireTap {
  /** Gives the answer to use instead, or throws to lose it. */
  onAnswer?: (route: string, answer: unknown) => unknown;
  /** Throws to lose the request before it gets to the relay. */
  onRequest?: (route: string, body: string | undefined) => void;
  /** The events to deliver instead of this one. */
  onEvent?: (name: string, body: unknown) => unknown[];
  onAcknowledgement?: (name: string, request: unknown, answer: unknown) => unknown;
  /** Everything that went out, as it is before TLS: HTTP bodies and event bodies. */
  readonly sent: unknown[];
  /** Everything that came back. */
  readonly received: unknown[];
}

/** The real network, through a tap. */
export function createTappedTransport(): { transport: Transport; tap: WireTap } {
  const network = createNetworkTransport();
  const tap: WireTap = { sent: [], received: [] };
  const transport: Transport = {
    async fetch(input, init) {
      const route = `${init?.method ?? 'GET'} ${new URL(input).pathname}`;
      const body = typeof init?.body === 'string' ? init.body : undefined;
      tap.sent.push(input, body ?? '');
      tap.onRequest?.(route, body);
      const response = await network.fetch(input, init);
      const text = await response.text();
      tap.received.push(text);
      const { status, headers } = response;
      const changed =
        tap.onAnswer && response.ok && text !== ''
          ? JSON.stringify(tap.onAnswer(route, JSON.parse(text)))
          : text;
      const kept = new Headers(headers);
      kept.delete('content-length');
      kept.delete('content-encoding');
      const empty = status === 204 || status === 304;
      return new Response(empty ? null : changed, { status, headers: kept });
    },
    openSocket(options) {
      const { listener } = options;
      tap.sent.push(options.handshake);
      const socket = network.openSocket({
        ...options,
        listener: {
          ...listener,
          onEvent(name, body, answer) {
            tap.received.push(body);
            const bodies = tap.onEvent && !answer ? tap.onEvent(name, body) : [body];
            for (const each of bodies) listener.onEvent(name, each, answer);
          },
        },
      });
      return {
        close: () => socket.close(),
        async request(name, body, timeoutMs) {
          tap.sent.push(body);
          const answer = await socket.request(name, body, timeoutMs);
          tap.received.push(answer);
          return tap.onAcknowledgement ? tap.onAcknowledgement(name, body, answer) : answer;
        },
      };
    },
  };
  return { transport, tap };
}
