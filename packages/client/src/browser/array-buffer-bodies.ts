import type { SocketConnection, Transport } from '../platform.ts';

/** The same value with each byte array as an `ArrayBuffer` of exactly its bytes. */
export function withArrayBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.slice().buffer;
  if (Array.isArray(value)) return value.map(withArrayBuffers);
  if (typeof value !== 'object' || value === null || value instanceof ArrayBuffer) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, withArrayBuffers(field)]),
  );
}

/**
 * A transport whose bodies travel as bytes from a browser, too: there, Socket.IO's msgpack encoder
 * knows `ArrayBuffer` alone and would write a `Uint8Array` as an object with a field for each byte.
 */
export function arrayBufferBodies(transport: Transport): Transport {
  return {
    fetch: transport.fetch,
    openSocket({ relayUrl, handshake, listener }): SocketConnection {
      const connection = transport.openSocket({
        relayUrl,
        handshake,
        listener: {
          onOpen: () => listener.onOpen(),
          onEvent: (name, body, answer) =>
            listener.onEvent(name, body, answer && ((value) => answer(withArrayBuffers(value)))),
          onClose: (refusal) => listener.onClose(refusal),
        },
      });
      return {
        request: (name, body, timeoutMs) =>
          connection.request(name, withArrayBuffers(body), timeoutMs),
        close: () => connection.close(),
      };
    },
  };
}
