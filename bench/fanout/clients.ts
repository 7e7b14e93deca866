import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { encode, envelope } from './frames.ts';
import type { Order } from './server.ts';

/** Which server is measured. */
export type Kind = 'ws' | 'relay';

const measureMs = 1500;
const messagesPerOrder = 5;
const ordersAhead = 2;
const perPairAhead = 4;

/** Delivered messages for each second of the server's CPU, to a room of this many clients. */
export async function measureRoom(kind: Kind, clients: number): Promise<number> {
  const { server, port } = await startServer(kind);
  let received = 0;
  let onFrame = () => {};
  const sockets = await Promise.all(
    Array.from({ length: clients }, () =>
      open(kind, port, '', () => {
        received += 1;
        onFrame();
      }),
    ),
  );
  const perOrder = clients * messagesPerOrder;
  let ordered = 0;
  const order = () => {
    ordered += perOrder;
    server.send({ broadcasts: messagesPerOrder } satisfies Order);
  };
  const usedBefore = await cpuSeconds(server);
  const started = performance.now();
  await new Promise<void>((resolve) => {
    onFrame = () => {
      if (received === ordered && performance.now() - started >= measureMs) resolve();
      else if (received >= ordered - perOrder * (ordersAhead - 1)) {
        if (performance.now() - started < measureMs) order();
      }
    };
    for (let i = 0; i < ordersAhead; i++) order();
  });
  const rate = received / ((await cpuSeconds(server)) - usedBefore);
  for (const socket of sockets) socket.terminate();
  server.kill();
  return rate;
}

/** The same between this many pairs, one writing, one reading. */
export async function measurePairs(kind: Kind, pairs: number): Promise<number> {
  const { server, port } = await startServer(kind);
  const sockets: WebSocket[] = [];
  let received = 0;
  let isOver = false;
  for (let number = 0; number < pairs; number++) {
    const frame = encode({ type: 2, nsp: '/', data: ['message:send', envelope(String(number))] });
    const from = await open(kind, port, `pair=${number}%20from`, () => undefined);
    const to = await open(kind, port, `pair=${number}%20to`, () => {
      received += 1;
      if (!isOver) from.send(frame);
    });
    sockets.push(from, to);
    for (let i = 0; i < perPairAhead; i++) from.send(frame);
  }
  const usedBefore = await cpuSeconds(server);
  received = 0;
  await new Promise((resolve) => setTimeout(resolve, measureMs));
  const delivered = received;
  const rate = delivered / ((await cpuSeconds(server)) - usedBefore);
  isOver = true;
  for (const socket of sockets) socket.terminate();
  server.kill();
  return rate;
}

async function startServer(kind: Kind): Promise<{ server: ChildProcess; port: number }> {
  const server = fork(fileURLToPath(new URL('server.ts', import.meta.url)), [kind]);
  const [port] = (await once(server, 'message')) as [number];
  return { server, port };
}

/** How much processor the server has used: what other programs take from the machine is not in it. */
async function cpuSeconds(server: ChildProcess): Promise<number> {
  server.send('cpu' satisfies Order);
  const [microseconds] = (await once(server, 'message')) as [number];
  return microseconds / 1e6;
}

/** A plain websocket in both cases; for the relay it speaks just enough Engine.IO to stay connected. */
async function open(
  kind: Kind,
  port: number,
  query: string,
  onMessage: () => void,
): Promise<WebSocket> {
  const path = kind === 'ws' ? `/?${query}` : `/socket.io/?EIO=4&transport=websocket&${query}`;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { perMessageDeflate: false });
  if (kind === 'ws') {
    socket.on('message', onMessage);
    await once(socket, 'open');
    return socket;
  }
  await new Promise<void>((resolve) => {
    let isConnected = false;
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary && isConnected) return onMessage();
      if (isBinary) {
        isConnected = true;
        resolve();
      } else if (data[0] === 0x30) socket.send(encode({ type: 0, nsp: '/' }));
      else if (data[0] === 0x32) socket.send('3');
    });
  });
  return socket;
}
