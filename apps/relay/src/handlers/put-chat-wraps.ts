import { deviceRoute } from './route-handler.ts';

export const putChatWraps = deviceRoute('putChatWraps', async (services, request) => {
  const { caller, params, body } = request;
  const { chatId, epoch } = params;
  await services.database.putChatWraps(caller.userId, caller.deviceId, chatId, epoch, body);
  if (body.deviceWraps.length > 0) {
    services.fanOut.emit({ chats: [chatId] }, 'chatKey:changed', { chatId, epoch });
  }
  return { data: {} };
});
