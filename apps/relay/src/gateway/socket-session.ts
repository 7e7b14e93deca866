/** One socket from its admitted handshake to its end: proof, rooms, events, re-checks. */
import { isProtocolError, limits, relayEvents } from '@sotto/protocol';
import type { Socket } from 'socket.io';
import type { SocketCaller } from '../domain/caller.ts';
import { chatIdsOf } from '../domain/chats.ts';
import type { EndedAccess } from '../domain/ended-access.ts';
import { chatRoom, deviceRoom, sessionRoom, userRoom } from '../domain/fan-out.ts';
import type { LastSeen } from '../domain/last-seen.ts';
import type { Services } from '../handlers/services.ts';
import { provesDevice } from './device-challenge.ts';
import type { EventDispatch } from './event-dispatch.ts';
import { describeError } from './log.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { cutSlowReader } from './slow-reader.ts';
import type { HandshakeIdentity } from './socket-handshake.ts';

/** What a session needs. */
export interface SocketSessionParts {
  services: Services;
  dispatch: EventDispatch;
  endedAccess: Pick<EndedAccess, 'endOf'>;
  lastSeen: LastSeen;
  metrics: Metrics;
  log: Log;
  recheckMs?: number | undefined;
}

/** While the database is away a socket stays; it is asked again after this. */
const retryRecheckMs = 5000;

/** Begins the session; it ends with the socket. */
export function beginSocketSession(
  socket: Socket,
  identity: HandshakeIdentity,
  parts: SocketSessionParts,
): void {
  let proven: SocketCaller | undefined;
  let recheck: NodeJS.Timeout | undefined;
  const close = () => socket.disconnect(true);

  // Never handed on to the emitter: event names are a client's to choose, listeners are not.
  socket.use((packet) => {
    parts.dispatch.dispatch({ caller: () => proven, close }, packet).catch((error: unknown) => {
      parts.log.error({ where: 'dispatch', error: describeError(error) }, 'event not answered');
      close();
    });
  });
  // A broken frame ends the connection; there is nothing to add.
  socket.on('error', () => undefined);
  cutSlowReader(socket.conn, () => parts.metrics.slowReaders.inc());
  socket.on('disconnect', () => {
    clearTimeout(recheck);
    if (proven) parts.metrics.sockets.dec();
    proven = undefined;
  });

  const begin = async () => {
    if (!(await provesDevice(socket, identity))) {
      close();
      return;
    }
    const { userId, sessionId, deviceId } = identity.caller;
    // The person's room first: whoever adds them to a chat from here on finds them in it.
    await socket.join([userRoom(userId), deviceRoom(deviceId), sessionRoom(sessionId)]);
    const chats = await chatIdsOf(parts.services.database, userId);
    await socket.join(chats.map(chatRoom));
    if (!socket.connected) return;
    // It may take seconds to prove itself; whoever ended it meanwhile found no socket in these rooms.
    const ended = parts.endedAccess.endOf(identity.caller);
    if (ended === 'session') return expire();
    if (ended === 'device') {
      socket.emit(relayEvents['device:revoked'].name, { deviceId });
      return close();
    }
    proven = { ...identity.caller, socketId: socket.id };
    parts.metrics.sockets.inc();
    parts.lastSeen.note(deviceId);
    scheduleRecheck();
    socket.emit(relayEvents['session:ready'].name, {});
  };

  const scheduleRecheck = (withinMs = parts.recheckMs ?? limits.tokenRecheckMs) => {
    // Spread out, so that sockets that came together are not all asked about together.
    const spreadMs = withinMs * (0.5 + Math.random() / 2);
    const untilExpiryMs = identity.tokenExpiresAtMs - Date.now();
    const waitMs = Math.max(0, Math.min(spreadMs, untilExpiryMs));
    recheck = setTimeout(() => void check(), waitMs).unref();
  };

  const check = async () => {
    if (Date.now() >= identity.tokenExpiresAtMs) return expire();
    const { userId, sessionId, deviceId } = identity.caller;
    try {
      await parts.services.access.checkDevice({ userId, sessionId }, deviceId, { fresh: true });
    } catch (error) {
      if (isProtocolError(error, 'unauthenticated') || isProtocolError(error, 'forbidden')) {
        return expire();
      }
      if (isProtocolError(error, 'gone')) {
        // All its sockets, on every relay: they need not wait for a look of their own.
        parts.services.fanOut.endDevice(deviceId);
        return;
      }
      if (socket.connected) scheduleRecheck(retryRecheckMs);
      return;
    }
    if (socket.connected) scheduleRecheck();
  };

  const expire = () => {
    socket.emit(relayEvents['session:expired'].name, {});
    close();
  };

  begin().catch((error: unknown) => {
    parts.log.warn({ where: 'socket session', error: describeError(error) }, 'session not begun');
    close();
  });
}
