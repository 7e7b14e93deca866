import { deviceRoute } from './route-handler.ts';

export const createDirectChat = deviceRoute('createDirectChat', async (services, request) => {
  const { caller, body } = request;
  const { database, fanOut } = services;
  const answer = await database.createDirectChat(caller.userId, caller.deviceId, body);
  const { chatId } = answer.chat;
  // A repeat after a lost answer must join too, so this does not depend on `created`.
  fanOut.joinChat(
    chatId,
    answer.chat.members.map((member) => member.userId),
  );
  if (answer.created) {
    const users = answer.chat.members.map((member) => member.userId);
    fanOut.emit({ users }, 'chat:changed', { chatId });
  }
  return { data: answer };
});
