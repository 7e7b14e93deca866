import * as z from 'zod/mini';
import {
  chatIdSchema,
  deviceIdSchema,
  epochSchema,
  linkIdSchema,
  userIdSchema,
} from '../identifiers.ts';
import { defineRelayEvent } from './define.ts';
import { messageEnvelopeSchema, receiptEnvelopeSchema } from './message.ts';

/** Every event the relay may send on its own. A client ignores names it does not know. */
export const relayEvents = {
  /** All set: the device is proven and its rooms are joined. */
  'session:ready': defineRelayEvent({ name: 'session:ready', body: z.object({}) }),
  /** The access token ended; the socket is closed next. Refresh and reconnect. */
  'session:expired': defineRelayEvent({ name: 'session:expired', body: z.object({}) }),
  'message:new': defineRelayEvent({ name: 'message:new', body: messageEnvelopeSchema }),
  'receipt:new': defineRelayEvent({ name: 'receipt:new', body: receiptEnvelopeSchema }),
  /** A chat that this account is in was created or changed: fetch the list. */
  'chat:changed': defineRelayEvent({
    name: 'chat:changed',
    body: z.object({ chatId: chatIdSchema }),
  }),
  /** An epoch or a wrap was added: fetch the chat's keys. */
  'chatKey:changed': defineRelayEvent({
    name: 'chatKey:changed',
    body: z.object({ chatId: chatIdSchema, epoch: epochSchema }),
  }),
  /** Somebody's device manifest has a new version: fetch and verify it. */
  'device:changed': defineRelayEvent({
    name: 'device:changed',
    body: z.object({ userId: userIdSchema }),
  }),
  /** A request to be let into this account came, moved on or ended: fetch the list. */
  'deviceLink:changed': defineRelayEvent({
    name: 'deviceLink:changed',
    body: z.object({ linkId: linkIdSchema }),
  }),
  /** Another device of this account stored a vault: fetch it. */
  'vault:changed': defineRelayEvent({
    name: 'vault:changed',
    body: z.object({ version: z.int().check(z.gte(1)) }),
  }),
  /** This device's one-time prekeys run low: publish more. */
  'preKeys:low': defineRelayEvent({
    name: 'preKeys:low',
    body: z.object({ deviceId: deviceIdSchema }),
  }),
  /** This device was revoked; the socket is closed next. */
  'device:revoked': defineRelayEvent({
    name: 'device:revoked',
    body: z.object({ deviceId: deviceIdSchema }),
  }),
} as const;

export type RelayEventName = keyof typeof relayEvents;
export type RelayEventBody<Name extends RelayEventName> = z.output<
  (typeof relayEvents)[Name]['body']
>;
