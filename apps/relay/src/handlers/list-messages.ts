import { deviceRoute } from './route-handler.ts';

export const listMessages = deviceRoute('listMessages', async (services, request) => {
  const { caller, params, query } = request;
  const { messages, headSeq } = await services.database.listMessages(
    caller.userId,
    params.chatId,
    query.after,
    query.limit,
  );
  return { data: { messages, headSeq } };
});
