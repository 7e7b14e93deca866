import {
  chatIdSchema,
  cursorSchema,
  deviceIdSchema,
  epochSchema,
  profileSchema,
  timeMsSchema,
  userIdSchema,
} from '@sotto/protocol';
import type { UserId } from '@sotto/protocol';
import * as z from 'zod/mini';

/** How far one device has come with a chat, from its sealed receipts; only ever rises. */
const deviceReceiptSchema = z.object({
  userId: userIdSchema,
  deviceId: deviceIdSchema,
  deliveredSeq: cursorSchema,
  readSeq: cursorSchema,
});

/** Counters seen of one sending device: the highest, and those below it that never came. */
const senderCountersSchema = z.object({
  deviceId: deviceIdSchema,
  highest: z.int().check(z.gte(0)),
  missing: z.array(z.int().check(z.gte(1))),
});
export type SenderCounters = z.infer<typeof senderCountersSchema>;

/** Everything kept of a chat besides its messages and keys. */
export const chatRecordAtRestSchema = z.object({
  chatId: chatIdSchema,
  members: z.array(profileSchema).check(z.minLength(1)),
  createdAtMs: timeMsSchema,
  /** All messages up to here are stored; none above. */
  cursor: cursorSchema,
  /** The newest number the relay has named. */
  headSeq: cursorSchema,
  /** How far this account has read, on any device. */
  readSeq: cursorSchema,
  unread: z.int().check(z.gte(0)),
  last: z.nullable(
    z.object({
      preview: z.nullable(z.string()),
      atMs: timeMsSchema,
      own: z.boolean(),
      seq: z.int().check(z.gte(1)),
    }),
  ),
  receipts: z.array(deviceReceiptSchema),
  senders: z.array(senderCountersSchema),
  /** Numbers the relay skipped over for good. */
  holes: z.int().check(z.gte(0)),
  /** Messages that could not be opened yet. */
  unopened: z.array(z.int().check(z.gte(1))),
  /** What this device's last acknowledged receipt said. */
  receipted: z.object({ deliveredSeq: cursorSchema, readSeq: cursorSchema }),
  /** The manifest versions of all members when the key was last sealed to whom it lacked. */
  sealedFor: z.string(),
  /** The relay has named a lower newest number, or another message at a number that is taken. */
  rewound: z._default(z.boolean(), false),
  /** The relay says that the other member's account was deleted; `members` keeps who it was. */
  partnerGone: z._default(z.boolean(), false),
  /** The newest epoch, when the manifests it names are not those that the relay shows here. */
  disputedEpoch: z._default(z.nullable(epochSchema), null),
});
export type ChatAtRest = z.infer<typeof chatRecordAtRestSchema>;

/** How far the other side has come: the furthest of its devices. Zero in a chat with oneself. */
export function partnerProgress(
  chat: ChatAtRest,
  ownUserId: UserId,
): { deliveredSeq: number; readSeq: number } {
  let deliveredSeq = 0;
  let readSeq = 0;
  for (const receipt of chat.receipts) {
    if (receipt.userId === ownUserId) continue;
    deliveredSeq = Math.max(deliveredSeq, receipt.deliveredSeq);
    readSeq = Math.max(readSeq, receipt.readSeq);
  }
  return { deliveredSeq: Math.max(deliveredSeq, readSeq), readSeq };
}

/** Who there still is to send to and to seal for. */
export function presentMembers(
  { members, partnerGone }: ChatAtRest,
  ownUserId: UserId,
): ChatAtRest['members'] {
  return partnerGone ? members.filter(({ userId }) => userId === ownUserId) : members;
}

/** The other person, or oneself in a chat with oneself. */
export function partnerOf(chat: ChatAtRest, ownUserId: UserId): ChatAtRest['members'][number] {
  const partner = chat.members.find(({ userId }) => userId !== ownUserId) ?? chat.members[0];
  if (!partner) throw new RangeError('a chat has members');
  return partner;
}
