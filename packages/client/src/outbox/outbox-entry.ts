import { chatIdSchema, clientIdSchema, timeMsSchema } from '@sotto/protocol';
import * as z from 'zod/mini';
import { clientErrorCodes } from '../client-error.ts';
import { bytesField } from '../storage/bytes-field.ts';
import { paddedNumber } from '../storage/record-keys.ts';

/**
 * A message that has not been numbered yet. From the first try on, every later one sends
 * the same bytes.
 */
export const outboxEntrySchema = z.object({
  chatId: chatIdSchema,
  clientId: clientIdSchema,
  /** The sender counter inside the ciphertext; also the order in the queue. */
  counter: z.int().check(z.gte(1)),
  /** Null while it waits for a key that no removed device knows. */
  ciphertext: z.nullable(bytesField),
  /** Until the first try is about to begin: nobody has seen these bytes, and a newer key makes others. */
  unsent: z._default(z.boolean(), false),
  text: z.string(),
  sentAtMs: timeMsSchema,
  /** Why the relay refused it for good; null while it is queued. */
  failure: z.nullable(z.enum(clientErrorCodes)),
});
export type OutboxEntryAtRest = z.infer<typeof outboxEntrySchema>;

export interface OutboxEntry extends OutboxEntryAtRest {
  /** The relay has numbered it, but messages before it are still being fetched. */
  acknowledgedSeq: number | null;
}

export const outboxKey = (entry: { chatId: string; counter: number }): string =>
  `${entry.chatId}/${paddedNumber(entry.counter)}`;

/** Where the last sender counter of a device in a chat lies, in table `state`. */
export const counterKey = (deviceId: string, chatId: string): string =>
  `counter/${deviceId}/${chatId}`;
export const counterSchema = z.object({ last: z.int().check(z.gte(0)) });
