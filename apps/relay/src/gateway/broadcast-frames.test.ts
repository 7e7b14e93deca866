import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io as connectTo } from 'socket.io-client';
import msgpackParser from 'socket.io-msgpack-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { binaryFrame } from './broadcast-frames.ts';
import { createSocketServer } from './socket-server.ts';

const http = createServer();
const io = createSocketServer(http, { isAllowedOrigin: () => true, headers: {} });

beforeAll(async () => {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
});
afterAll(async () => {
  await io.close();
});

async function join(transport: 'websocket' | 'polling') {
  const { port } = http.address() as AddressInfo;
  const connected = once(io, 'connection');
  const client = connectTo(`http://127.0.0.1:${port}`, {
    parser: msgpackParser,
    transports: [transport],
    forceNew: true,
    reconnection: false,
  });
  await connected;
  if (!client.connected) await once(client as never, 'connect');
  return client;
}

/** A server that answers every websocket with one frame as it was made. */
async function serve(frame: Buffer) {
  const server = createServer().on('upgrade', (request, socket) => {
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.write(frame);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('A frame', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536, 100_000])(
    'of %i bytes is what a websocket client reads',
    async (length) => {
      const payload = randomBytes(length);
      const server = await serve(binaryFrame(payload));
      const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);

      const [message, isBinary] = (await once(client, 'message')) as [Buffer, boolean];

      expect(message.equals(payload)).toBe(true);
      expect(isBinary).toBe(true);
      client.terminate();
      server.close();
    },
  );
});

describe('A broadcast', () => {
  it('reaches websockets and polling clients alike, its frame made once', async () => {
    const clients = [await join('websocket'), await join('websocket'), await join('polling')];
    const bodies = [64, 40_000, 70_000].map((length) => ({ ciphertext: randomBytes(length) }));
    const frames: unknown[] = [];
    for (const { conn } of io.sockets.sockets.values()) {
      conn.on('packetCreate', ({ options }: { options?: { wsPreEncodedFrame?: unknown } }) => {
        if (options?.wsPreEncodedFrame) frames.push(options.wsPreEncodedFrame);
      });
    }
    const heard = clients.map(
      (client) =>
        new Promise<unknown[]>((resolve) => {
          const all: unknown[] = [];
          client.on('news', (body) => {
            if (all.push(body) === bodies.length) resolve(all);
          });
        }),
    );

    for (const body of bodies) io.emit('news', body);

    for (const each of await Promise.all(heard)) expect(each).toEqual(bodies);
    expect(frames).toHaveLength(bodies.length * clients.length);
    expect(new Set(frames).size).toBe(bodies.length);
    for (const client of clients) client.disconnect();
  });
});
