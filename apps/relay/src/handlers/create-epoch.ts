import { deviceRoute } from './route-handler.ts';

export const createEpoch = deviceRoute('createEpoch', async (services, request) => {
  const { caller, params, body } = request;
  const { chatId } = params;
  await services.database.createEpoch(caller.userId, caller.deviceId, chatId, body.epoch);
  services.fanOut.emit({ chats: [chatId] }, 'chatKey:changed', {
    chatId,
    epoch: body.epoch.epoch,
  });
  return { data: {} };
});
