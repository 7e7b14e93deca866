import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { serveHttp } from './http-side.ts';
import type { Script } from './script.ts';
import { createSocketSide } from './socket-side.ts';

/** One client's way to the relay, in the hands of somebody who lies. */
export interface HostileRelay {
  /** What the client takes for the relay's address. */
  readonly url: string;
  /** Assign its pieces at any time. */
  readonly script: Script;
  /** Everything that passed, both ways, as it was before it was edited. */
  heard(): Buffer;
  /** Breaks all connections; clients may come back. */
  cut(): void;
  stop(): Promise<void>;
}

/**
 * Listens on a free port of 127.0.0.1 and passes everything on to the relay at `targetUrl`
 * (`http://127.0.0.1:port`). Start one for each client that is to be lied to differently.
 */
export async function startHostileRelay(targetUrl: string): Promise<HostileRelay> {
  const target = new URL(targetUrl);
  const script: Script = {};
  const heard: Uint8Array[] = [];
  const connections = new Set<Socket>();
  const record = (bytes: Uint8Array): void => {
    // A copy: buffers of sockets are used again.
    heard.push(Uint8Array.from(bytes));
  };
  const sockets = createSocketSide(target, () => script, record);
  const server = createServer((incoming, response) => {
    const ownOrigin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    void serveHttp({
      target,
      ownOrigin,
      script: () => script,
      record,
      incoming,
      response,
    }).catch(() => response.destroy());
  });
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  server.on('connection', (connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const cut = (): void => {
    sockets.cut();
    for (const connection of connections) connection.destroy();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    script,
    heard: () => Buffer.concat(heard),
    cut,
    async stop() {
      server.close();
      cut();
      if (server.listening) await once(server, 'close');
    },
  };
}
