import { ProtocolError } from '@sotto/protocol';
import { userRoute } from './route-handler.ts';

const freshMs = 5 * 60_000;

/**
 * What belongs to the account first, its sign-in last: whoever finds the relay gone in between is still
 * signed in and repeats it. If nobody does, another relay finishes it.
 */
export const deleteAccount = userRoute('deleteAccount', async (services, { caller }) => {
  const { userId, sessionId, authenticatedAtMs } = caller;
  if (authenticatedAtMs === undefined || Date.now() - authenticatedAtMs > freshMs) {
    throw new ProtocolError('forbidden');
  }
  const chats = await services.ownAccounts.deleteAccount(userId, sessionId);
  for (const chatId of chats) services.fanOut.emit({ chats: [chatId] }, 'chat:changed', { chatId });
  await services.authAdmin.deleteUser(userId);
  services.access.forget(caller, undefined);
  services.fanOut.endUser(userId);
  return { data: {} };
});
