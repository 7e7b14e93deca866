import { deviceRoute } from './route-handler.ts';

export const getChatKeys = deviceRoute('getChatKeys', async (services, { caller, params }) => ({
  data: await services.database.getChatKeys(caller.userId, caller.deviceId, params.chatId),
}));
