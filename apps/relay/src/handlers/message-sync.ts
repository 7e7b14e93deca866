import type { EventHandler } from './event-handler.ts';

/** Membership is checked where the rows are read: a stranger gets `not_found`. */
export const messageSync: EventHandler<'message:sync'> = async (services, caller, request) => ({
  data: await services.database.listMessages(
    caller.userId,
    request.chatId,
    request.afterSeq,
    request.limit,
  ),
});
