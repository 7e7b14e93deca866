import type { Server as HttpServer } from 'node:http';
import { limits } from '@sotto/protocol';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';
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
  const admit = async (socket: Socket, next: (error?: Error) => void) => {
    try {
      const identity = await admitHandshake(socket, handshake);
      (socket.data as { identity?: HandshakeIdentity }).identity = identity;
      next();
    } catch (error) {
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
