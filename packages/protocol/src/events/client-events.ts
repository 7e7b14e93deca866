import * as z from 'zod/mini';
import { defineClientEvent } from './define.ts';
import {
  messageSendRequestSchema,
  messageSendResponseSchema,
  messageSyncRequestSchema,
  messageSyncResponseSchema,
  receiptSendRequestSchema,
} from './message.ts';

/** Every event a client may send. Anything else is answered `bad_request`. */
export const clientEvents = {
  /** Append one message; acknowledged after the database has committed it. */
  'message:send': defineClientEvent({
    name: 'message:send',
    cost: 'send',
    request: messageSendRequestSchema,
    response: messageSendResponseSchema,
  }),
  /** One page of a chat by sequence number, and the newest receipts of its other devices. */
  'message:sync': defineClientEvent({
    name: 'message:sync',
    cost: 'read',
    request: messageSyncRequestSchema,
    response: messageSyncResponseSchema,
  }),
  /** This device's sealed receipt for a chat; replaces its former one. */
  'receipt:send': defineClientEvent({
    name: 'receipt:send',
    cost: 'send',
    request: receiptSendRequestSchema,
    response: z.object({}),
  }),
} as const;

export type ClientEventName = keyof typeof clientEvents;
export type ClientEventRequest<Name extends ClientEventName> = z.output<
  (typeof clientEvents)[Name]['request']
>;
export type ClientEventResponse<Name extends ClientEventName> = z.output<
  (typeof clientEvents)[Name]['response']
>;
