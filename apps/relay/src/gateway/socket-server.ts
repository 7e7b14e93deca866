import type { Server as HttpServer } from 'node:http';
import { limits } from '@sotto/protocol';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';
import { frameBroadcastsOnce } from './broadcast-frames.ts';
import { frameParser } from './frame-parser.ts';
import type { OriginCheck } from './origins.ts';
import { admitHandshake } from './socket-handshake.ts';
import type { HandshakeIdentity, HandshakeParts } from './socket-handshake.ts';
import { beginSocketSession } from './socket-session.ts';
import type { SocketSessionParts } from './socket-session.ts';

/** Socket.IO on the relay's own HTTP server: websocket first, polling where nothing else passes. */
export function createSocketServer(
  http: HttpServer,
  options: { isAllowedOrigin: OriginCheck; headers: Readonly<Record<string, string>> },
): Server {
  const io = new Server(http, {
    path: '/socket.io/',
    parser: frameParser,
    transports: ['websocket', 'polling'],
    maxHttpBufferSize: limits.envelopeBytes,
    connectTimeout: limits.connectTimeoutMs,
    perMessageDeflate: false,
    httpCompression: false,
    serveClient: false,
    cors: { origin: true, maxAge: 600 },
    allowRequest: (request, decide) => {
      decide(null, options.isAllowedOrigin(request));
    },
  });
  frameBroadcastsOnce(io);
  io.engine.on('headers', (headers: Record<string, string>) => {
    Object.assign(headers, options.headers);
  });
  return io;
}

/** Begins to serve sockets. */
export function serveSockets(
  io: Server,
  handshake: HandshakeParts,
  session: SocketSessionParts,
): void {
  // Socket.IO refuses a second socket on a connection, but not while the first is still being
  // admitted: one frame after the other would ask the database and fill rooms on one connection.
  const taken = new WeakSet<object>();
  const admit = async (socket: Socket, next: (error?: Error) => void) => {
    const { conn } = socket;
    if (taken.has(conn)) {
      conn.close();
      return;
    }
    taken.add(conn);
    socket.once('disconnect', () => taken.delete(conn));
    try {
      const identity = await admitHandshake(socket, handshake);
      (socket.data as { identity?: HandshakeIdentity }).identity = identity;
      next();
    } catch (error) {
      taken.delete(conn);
      next(error as Error);
    }
  };
  io.use((socket, next) => void admit(socket, next));
  io.on('connection', (socket) => {
    const { identity } = socket.data as { identity?: HandshakeIdentity };
    if (identity) beginSocketSession(socket, identity, session);
    else socket.disconnect(true);
  });
}
