import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import * as parser from 'socket.io-msgpack-parser';
import { afterEach, expect, it } from 'vitest';
import type { SocketConnection } from '../platform.ts';
import { createNetworkTransport } from './network-transport.ts';

const stops: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A real socket to a real server that keeps what came. */
async function connect() {
  const http = createServer();
  const io = new Server(http, { parser });
  const received: unknown[] = [];
  io.on('connection', (socket) => {
    socket.on('send', (body: unknown, answer: (value: unknown) => void) => {
      received.push(body);
      answer('taken');
      socket.emit('challenge', {}, (proof: unknown) => received.push(proof));
    });
  });
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  stops.push(() => io.close());
  const { port } = http.address() as AddressInfo;
  const answers: ((value: unknown) => void)[] = [];
  const connection = await new Promise<SocketConnection>((resolve) => {
    const opened: SocketConnection = createNetworkTransport().openSocket({
      relayUrl: `http://127.0.0.1:${port}`,
      handshake: {} as never,
      listener: {
        onOpen: () => queueMicrotask(() => resolve(opened)),
        onEvent: (_name, _body, answer) => answer && answers.push(answer),
        onClose: () => undefined,
      },
    });
  });
  stops.unshift(() => connection.close());
  return { connection, received, answers };
}

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

it('sends the bytes of a view and none around them, in requests and in answers', async () => {
  const whole = new TextEncoder().encode('secret before|bytes|secret behind');
  const view = whole.subarray(14, 19);
  const { connection, received, answers } = await connect();

  await connection.request('send', { parts: [{ ciphertext: view }], count: 1, none: null }, 5_000);
  await until(() => answers.length === 1);
  answers[0]?.({ signature: view });
  await until(() => received.length === 2);

  const text = (bytes: unknown) => Buffer.from(bytes as ArrayBuffer).toString();
  const [request, proof] = received as [
    { parts: [{ ciphertext: unknown }]; count: unknown; none: unknown },
    { signature: unknown },
  ];
  expect(text(request.parts[0].ciphertext)).toBe('bytes');
  expect(request).toMatchObject({ count: 1, none: null });
  expect(text(proof.signature)).toBe('bytes');
});
