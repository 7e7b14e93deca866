/**
 * The sending side, in a process of its own: either the relay's Socket.IO with its parser and fan-out,
 * or a bare `ws` server that sends one ready frame to each. Told over IPC what to do.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chatRoom, createSocketServer, socketFanOut } from '@sotto/relay/parts';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { encode, envelope } from './frames.ts';

/** What the parent asks for: that many messages to the room, or the microseconds of CPU used so far. */
export type Order = { broadcasts: number } | 'cpu';

const kind = process.argv[2];
const http = createServer();
const body = envelope('00000000-0000-4000-8000-000000000000');

const startBare = () => {
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  const frame = encode({ type: 2, nsp: '/', data: ['message:new', body] });
  const pairs = new Map<string, WebSocket>();
  server.on('connection', (socket, request) => {
    const pair = new URL(request.url ?? '/', 'http://x').searchParams.get('pair');
    if (pair === null) return;
    const [number = '', side] = pair.split(' ');
    if (side === 'to') pairs.set(number, socket);
    else
      socket.on('message', (data, isBinary) => pairs.get(number)?.send(data, { binary: isBinary }));
  });
  return () => {
    for (const client of server.clients) client.send(frame);
  };
};

const startRelay = () => {
  const io = createSocketServer(http, { isAllowedOrigin: () => true, headers: {} });
  const fanOut = socketFanOut(io);
  io.on('connection', async (socket) => {
    const { pair } = socket.handshake.query;
    const [number, side] = typeof pair === 'string' ? pair.split(' ') : [body.chatId, 'to'];
    const chatId = number as typeof body.chatId;
    if (side === 'to') await socket.join(chatRoom(chatId));
    socket.use(([, message]: unknown[]) => {
      const { ciphertext } = message as typeof body;
      fanOut.emit({ chats: [chatId], exceptSocket: socket.id }, 'message:new', {
        ...body,
        ciphertext,
      });
    });
  });
  return () => fanOut.emit({ chats: [body.chatId] }, 'message:new', body);
};

const broadcast = kind === 'relay' ? startRelay() : startBare();
process.on('message', (order: Order) => {
  if (order === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
    return;
  }
  for (let i = 0; i < order.broadcasts; i++) broadcast();
});
http.listen(0, '127.0.0.1', () => process.send?.((http.address() as AddressInfo).port));
