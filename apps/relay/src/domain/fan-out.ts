import type { ChatId, DeviceId, RelayEventBody, RelayEventName, UserId } from '@sotto/protocol';

/** Whom an event is for. Rooms are the only address: they reach sockets on every relay. */
export interface Audience {
  chats?: readonly ChatId[];
  users?: readonly UserId[];
  devices?: readonly DeviceId[];
  /** The socket that caused it and was answered directly. */
  exceptSocket?: string | undefined;
  /** The device that caused it over HTTP. */
  exceptDevice?: DeviceId | undefined;
}

/** The port through which handlers reach other sockets; the gateway implements it with Socket.IO. */
export interface FanOut {
  /** A hint: it may be lost, clients recover by sequence number. Bytes must be `Buffer`s. */
  emit<Name extends RelayEventName>(
    audience: Audience,
    name: Name,
    body: RelayEventBody<Name>,
  ): void;
  /** All sockets of these people hear of the chat from now on. */
  joinChat(chatId: ChatId, userIds: readonly UserId[]): void;
  /** Tells the device that it is revoked and closes its sockets, on every relay. */
  endDevice(deviceId: DeviceId): void;
  /** Tells whoever uses the auth session that it ended and closes its sockets, on every relay. */
  endSession(sessionId: string): void;
  /** The same for all sessions of a person. */
  endUser(userId: UserId): void;
}

export const userRoom = (userId: UserId) => `user:${userId}`;
export const deviceRoom = (deviceId: DeviceId) => `device:${deviceId}`;
export const sessionRoom = (sessionId: string) => `session:${sessionId}`;
export const chatRoom = (chatId: ChatId) => `chat:${chatId}`;
