import { io } from 'socket.io-client';
import * as parser from 'socket.io-msgpack-parser';
import { ClientError } from '../client-error.ts';
import type { Transport } from '../platform.ts';
import { withExactBytes } from './exact-bytes.ts';

/** HTTP by the platform's `fetch`, events by Socket.IO over WebSocket in msgpack. The only door to both. */
export function createNetworkTransport(): Transport {
  return {
    fetch: (input, init) => globalThis.fetch(input, init),
    openSocket({ relayUrl, handshake, listener }) {
      let ended = false;
      const socket = io(relayUrl, {
        auth: handshake,
        transports: ['websocket', 'polling'],
        reconnection: false,
        forceNew: true,
        parser,
        timeout: 10_000,
      });
      const end = (refusal: unknown) => {
        if (ended) return;
        ended = true;
        socket.removeAllListeners();
        socket.disconnect();
        listener.onClose(refusal);
      };
      socket.on('connect', () => listener.onOpen());
      socket.on('connect_error', (error: Error & { data?: unknown }) => end(error.data ?? null));
      socket.on('disconnect', () => end(null));
      socket.onAny((name: string, ...parameters: unknown[]) => {
        const last = parameters.at(-1);
        const answer = typeof last === 'function' ? (last as (value: unknown) => void) : null;
        listener.onEvent(name, parameters[0], answer && ((value) => answer(withExactBytes(value))));
      });
      return {
        async request(name, body, timeoutMs) {
          if (ended || !socket.connected) throw new ClientError('offline');
          try {
            return (await socket
              .timeout(timeoutMs)
              .emitWithAck(name, withExactBytes(body))) as unknown;
          } catch (cause) {
            throw new ClientError('offline', { cause });
          }
        },
        close: () => end(null),
      };
    },
  };
}
