import type { DeviceId, UserId } from '@sotto/protocol';
import type { Database } from '../db/database.ts';
import { chatIdsOf } from './chats.ts';
import type { FanOut } from './fan-out.ts';

/** Tells a person's other devices, and everyone they share a chat with, of a new manifest. */
export async function announceDevices(
  parts: { database: Database; fanOut: FanOut },
  userId: UserId,
): Promise<void> {
  const chats = await chatIdsOf(parts.database, userId);
  parts.fanOut.emit({ users: [userId], chats }, 'device:changed', { userId });
}

/** Tells a person's other devices of a vault that one of them stored. */
export function announceVault(
  parts: { fanOut: FanOut },
  userId: UserId,
  exceptDevice: DeviceId | undefined,
  version: number,
): void {
  parts.fanOut.emit({ users: [userId], exceptDevice }, 'vault:changed', { version });
}
