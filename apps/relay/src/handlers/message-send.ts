import { sendMessage } from '../domain/messages.ts';
import type { EventHandler } from './event-handler.ts';

export const messageSend: EventHandler<'message:send'> = async (services, caller, request) => {
  const { response, announce } = await sendMessage(services, caller, request);
  return { data: response, after: announce };
};
