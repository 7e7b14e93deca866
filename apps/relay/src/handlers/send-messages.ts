import { sendMessage } from '../domain/messages.ts';
import { deviceRoute } from './route-handler.ts';

/**
 * All are queued in one turn, so they keep their order. If one fails the whole answer is its error;
 * those that were stored are told to the chat, and repeating the batch is safe.
 */
export const sendMessages = deviceRoute(
  'sendMessages',
  async (services, { caller, params, body }) => {
    const sent = await Promise.allSettled(
      body.messages.map(async (message) => {
        const { response, announce } = await sendMessage(services, caller, {
          chatId: params.chatId,
          ...message,
        });
        announce();
        return response;
      }),
    );
    const results = sent.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
    return { data: { results } };
  },
  (body) => body.messages.length,
);
