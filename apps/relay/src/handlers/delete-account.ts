import { ProtocolError } from '@sotto/protocol';
import type { DeviceId, routes } from '@sotto/protocol';
import type * as z from 'zod/mini';
import type { UserCaller } from '../domain/caller.ts';
import { verifyDeletionProof } from '../domain/device-certificates.ts';
import { userRoute } from './route-handler.ts';
import type { Services } from './services.ts';

const freshMs = 5 * 60_000;

/**
 * What belongs to the account first, its sign-in last: whoever finds the relay gone in between is still
 * signed in and repeats it. If nobody does, another relay finishes it.
 */
export const deleteAccount = userRoute('deleteAccount', async (services, { caller, body }) => {
  const { userId, sessionId, authenticatedAtMs } = caller;
  if (authenticatedAtMs === undefined || Date.now() - authenticatedAtMs > freshMs) {
    throw new ProtocolError('forbidden');
  }
  const provenBy = await provenDevice(services, caller, body);
  const chats = await services.ownAccounts.deleteAccount(userId, sessionId, provenBy);
  for (const chatId of chats) services.fanOut.emit({ chats: [chatId] }, 'chat:changed', { chatId });
  await services.authAdmin.deleteUser(userId);
  services.access.forget(caller, undefined);
  services.fanOut.endUser(userId);
  return { data: {} };
});

/**
 * The device that signed, for the database to compare with those that are active now; null without a
 * signature, and for a device that is not there any more when a deletion is repeated.
 */
async function provenDevice(
  { database }: Services,
  caller: UserCaller,
  { deviceId, proof }: z.output<(typeof routes)['deleteAccount']['body']>,
): Promise<DeviceId | null> {
  if (!deviceId || !proof) return null;
  const { device } = await database.authorise(caller.userId, caller.sessionId, deviceId);
  if (!device) return null;
  await verifyDeletionProof(caller, { deviceId, identityKey: device.identityKey }, proof);
  return deviceId;
}
