import { asBuffer } from '../domain/messages.ts';
import type { EventHandler } from './event-handler.ts';

export const receiptSend: EventHandler<'receipt:send'> = async (services, caller, request) => {
  const ciphertext = asBuffer(request.ciphertext);
  const { chatId } = request;
  const { userId, deviceId } = caller;
  const { updatedAtMs } = await services.database.putReceipt(userId, deviceId, chatId, ciphertext);
  return {
    data: {},
    after: () =>
      services.fanOut.emit({ chats: [chatId], exceptSocket: caller.socketId }, 'receipt:new', {
        chatId,
        userId,
        deviceId,
        ciphertext,
        updatedAtMs,
      }),
  };
};
