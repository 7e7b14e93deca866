import { relayEvents } from '@sotto/protocol';
import type { Server } from 'socket.io';
import { chatRoom, deviceRoom, sessionRoom, userRoom } from '../domain/fan-out.ts';
import type { FanOut } from '../domain/fan-out.ts';

/** Rooms of Socket.IO, and nothing local: with a shared adapter they span all relays. */
export function socketFanOut(io: Server): FanOut {
  const expire = (room: string) => {
    io.in(room).emit(relayEvents['session:expired'].name, {});
    io.in(room).disconnectSockets(true);
  };
  return {
    emit(audience, name, body) {
      const rooms = [
        ...(audience.chats ?? []).map(chatRoom),
        ...(audience.users ?? []).map(userRoom),
        ...(audience.devices ?? []).map(deviceRoom),
      ];
      // Without a room Socket.IO would send to everyone.
      if (rooms.length === 0) return;
      io.to(rooms)
        .except([
          ...(audience.exceptSocket === undefined ? [] : [audience.exceptSocket]),
          ...(audience.exceptDevice === undefined ? [] : [deviceRoom(audience.exceptDevice)]),
        ])
        .emit(relayEvents[name].name, body);
    },
    joinChat(chatId, userIds) {
      if (userIds.length > 0) io.in(userIds.map(userRoom)).socketsJoin(chatRoom(chatId));
    },
    endDevice(deviceId) {
      const room = io.in(deviceRoom(deviceId));
      room.emit(relayEvents['device:revoked'].name, { deviceId });
      room.disconnectSockets(true);
    },
    endSession: (sessionId) => expire(sessionRoom(sessionId)),
    endUser: (userId) => expire(userRoom(userId)),
  };
}
