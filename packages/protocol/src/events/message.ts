import * as z from 'zod/mini';
import { bytesSchema } from '../bytes.ts';
import {
  chatIdSchema,
  clientIdSchema,
  cursorSchema,
  deviceIdSchema,
  sequenceSchema,
  timeMsSchema,
  userIdSchema,
} from '../identifiers.ts';
import { limits } from '../limits.ts';

const ciphertextSchema = bytesSchema({ max: limits.messageCiphertextBytes });

/** A message as the relay stores and hands it out; `ciphertext` is opaque to it. */
export const messageEnvelopeSchema = z.object({
  chatId: chatIdSchema,
  seq: sequenceSchema,
  clientId: clientIdSchema,
  senderId: userIdSchema,
  senderDeviceId: deviceIdSchema,
  ciphertext: ciphertextSchema,
  createdAtMs: timeMsSchema,
});
export type MessageEnvelope = z.infer<typeof messageEnvelopeSchema>;

export const messageSendRequestSchema = z.object({
  chatId: chatIdSchema,
  clientId: clientIdSchema,
  ciphertext: ciphertextSchema,
});
export type MessageSendRequest = z.infer<typeof messageSendRequestSchema>;

/** The same `clientId` from the same device gives the same answer, however often it is sent. */
export const messageSendResponseSchema = z.object({
  seq: sequenceSchema,
  createdAtMs: timeMsSchema,
});
export type MessageSendResponse = z.infer<typeof messageSendResponseSchema>;

export const messageSyncRequestSchema = z.object({
  chatId: chatIdSchema,
  afterSeq: cursorSchema,
  limit: z.int().check(z.gte(1), z.lte(limits.syncPageRows)),
});
export type MessageSyncRequest = z.infer<typeof messageSyncRequestSchema>;

export const receiptEnvelopeSchema = z.object({
  chatId: chatIdSchema,
  userId: userIdSchema,
  deviceId: deviceIdSchema,
  ciphertext: bytesSchema({ max: limits.receiptCiphertextBytes }),
  updatedAtMs: timeMsSchema,
});
export type ReceiptEnvelope = z.infer<typeof receiptEnvelopeSchema>;

/**
 * Messages after the cursor in order, without holes; `headSeq` is the newest number there is. A page
 * ends at `syncPageRows` or `syncPageBytes`: a short one is not the last unless it reaches `headSeq`.
 */
export const messageSyncResponseSchema = z.object({
  messages: z.array(messageEnvelopeSchema).check(z.maxLength(limits.syncPageRows)),
  headSeq: cursorSchema,
  receipts: z.array(receiptEnvelopeSchema),
});
export type MessageSyncResponse = z.infer<typeof messageSyncResponseSchema>;

export const receiptSendRequestSchema = z.object({
  chatId: chatIdSchema,
  ciphertext: bytesSchema({ max: limits.receiptCiphertextBytes }),
});
export type ReceiptSendRequest = z.infer<typeof receiptSendRequestSchema>;
