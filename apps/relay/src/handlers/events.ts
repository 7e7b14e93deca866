import type { ClientEventName } from '@sotto/protocol';
import type { EventHandler } from './event-handler.ts';
import { messageSend } from './message-send.ts';
import { messageSync } from './message-sync.ts';
import { receiptSend } from './receipt-send.ts';

/** One handler for each event a client may send; the type demands all of them. */
export const eventHandlers: { [Name in ClientEventName]: EventHandler<Name> } = {
  'message:send': messageSend,
  'message:sync': messageSync,
  'receipt:send': receiptSend,
};
