import {
  clientIdSchema,
  deviceIdSchema,
  sequenceSchema,
  timeMsSchema,
  userIdSchema,
} from '@sotto/protocol';
import type { ClientId } from '@sotto/protocol';
import * as z from 'zod/mini';
import { bytesField } from '../storage/bytes-field.ts';
import { paddedNumber } from '../storage/record-keys.ts';

const bodySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({ kind: z.literal('unknown') }),
  z.object({
    kind: z.literal('unreadable'),
    cause: z.enum(['key_missing', 'altered', 'malformed']),
  }),
]);

/** A numbered message as kept here: what was inside, or the ciphertext while it cannot be opened. */
export const messageAtRestSchema = z.object({
  seq: sequenceSchema,
  clientId: clientIdSchema,
  senderId: userIdSchema,
  senderDeviceId: deviceIdSchema,
  createdAtMs: timeMsSchema,
  /** The sender's clock; the relay's time where nothing could be opened. */
  sentAtMs: timeMsSchema,
  body: bodySchema,
  /** Kept while the body is unreadable, to try again when keys change. */
  ciphertext: z.nullable(bytesField),
});
export type MessageAtRest = z.infer<typeof messageAtRestSchema>;

/** Where a message lies in table `messages`. */
export const messageKey = (chatId: string, seq: number): string =>
  `${chatId}/s/${paddedNumber(seq)}`;

/** Where it is noted that a device's client id has a number already. */
export const messageIdKey = (chatId: string, deviceId: string, clientId: ClientId): string =>
  `${chatId}/i/${deviceId}/${clientId}`;

export const messageIdSchema = z.object({ seq: sequenceSchema });
