import type { DeviceId, UserId } from '@sotto/protocol';

/** A person with a live auth session. */
export interface UserCaller {
  userId: UserId;
  sessionId: string;
  /** When a password, a code or the like was given last; a refresh is none. By the auth service's clock. */
  authenticatedAtMs?: number | undefined;
}

/** A person on an active device that the auth session is bound to. */
export interface DeviceCaller extends UserCaller {
  deviceId: DeviceId;
}

/** A device on a socket that has proven its identity key. */
export interface SocketCaller extends DeviceCaller {
  socketId: string;
}
