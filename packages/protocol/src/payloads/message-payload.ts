import * as z from 'zod/mini';
import { cursorSchema, timeMsSchema } from '../identifiers.ts';
import { limits } from '../limits.ts';

/**
 * What is inside a message's encryption: UTF-8 JSON. `sentAtMs` is the sender's clock. Unknown kinds
 * are shown as "made by a newer version", never dropped.
 */
export const messagePayloadSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('text'),
    text: z.string().check(
      z.minLength(1),
      z.refine((text) => utf8Length(text) <= limits.messageTextBytes, { message: 'text too long' }),
    ),
    sentAtMs: timeMsSchema,
  }),
]);
export type MessagePayload = z.infer<typeof messagePayloadSchema>;

/** What is inside a receipt's encryption: how far this device has received and its person has read. */
export const receiptPayloadSchema = z.object({
  deliveredSeq: cursorSchema,
  readSeq: cursorSchema,
});
export type ReceiptPayload = z.infer<typeof receiptPayloadSchema>;

/** Bytes of `text` as UTF-8, without making them; a lone surrogate counts as U+FFFD. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}
