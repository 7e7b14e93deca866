import * as z from 'zod/mini';
import { base64UrlSchema } from '../bytes.ts';
import {
  chatIdSchema,
  clientIdSchema,
  cursorSchema,
  deviceIdSchema,
  epochSchema,
  sequenceSchema,
  timeMsSchema,
  userIdSchema,
} from '../identifiers.ts';
import { limits } from '../limits.ts';
import { profileSchema } from './account.ts';
import { defineRoute } from './define.ts';

const none = z.object({});
const chatParams = z.object({ chatId: chatIdSchema });

/** An epoch key sealed to one device (crypto's `sealSigned`, purpose `chat-epoch-key`). */
export const deviceWrapSchema = z.object({
  deviceId: deviceIdSchema,
  userId: userIdSchema,
  /** HPKE's encapsulated key: 32 bytes, or 1,120 for a device with a hybrid key. */
  ephemeralPublicKey: z.union([base64UrlSchema({ exact: 32 }), base64UrlSchema({ exact: 1120 })]),
  encryptedKey: base64UrlSchema({ max: limits.wrappedKeyBytes }),
  /**
   * Names the key it was sealed to: the first 16 bytes of the SHA-256 of the device's hybrid key, or of
   * its sealing key where it has none. Absent in wraps from before devices changed keys.
   */
  sealedTo: z.optional(base64UrlSchema({ exact: 16 })),
});
export type DeviceWrap = z.infer<typeof deviceWrapSchema>;

/** An epoch key wrapped under the caller's own vault. */
export const vaultWrapSchema = base64UrlSchema({ max: limits.wrappedKeyBytes });

/** What names an epoch. `keyId` commits to the key; the relay never holds the key. */
export const epochRecordSchema = z.object({
  epoch: epochSchema,
  keyId: base64UrlSchema({ exact: 16 }),
  commitment: base64UrlSchema({ exact: 32 }),
  makerUserId: userIdSchema,
  makerDeviceId: deviceIdSchema,
  timestampMs: timeMsSchema,
  iterations: z.int().check(z.gte(600_000), z.lte(10_000_000)),
  /**
   * The manifests the key was made under, by ascending user id: user id 16 ‖ version be64 ‖ hash 32 for
   * each member. Authenticated by every seal and wrap of the key. Absent in epochs from before.
   */
  madeUnder: z.optional(base64UrlSchema({ max: limits.madeUnderBytes })),
});
export type EpochRecord = z.infer<typeof epochRecordSchema>;

/** A new epoch with its wraps: for every certified device of all members, and the maker's vault. */
export const newEpochSchema = z.extend(
  z.omit(epochRecordSchema, { makerUserId: true, makerDeviceId: true }),
  {
    deviceWraps: z
      .array(deviceWrapSchema)
      .check(z.minLength(1), z.maxLength(limits.wrapsPerRequest)),
    vaultWrap: vaultWrapSchema,
  },
);
export type NewEpoch = z.infer<typeof newEpochSchema>;

export const chatRecordSchema = z.object({
  chatId: chatIdSchema,
  kind: z.literal('direct'),
  members: z.array(profileSchema).check(z.minLength(1)),
  headSeq: cursorSchema,
  createdAtMs: timeMsSchema,
});
export type ChatRecord = z.infer<typeof chatRecordSchema>;

/** One epoch as this device may see it: its own wrap, its account's vault wrap, who else has one. */
export const epochKeysSchema = z.extend(epochRecordSchema, {
  deviceWrap: z.nullable(
    z.extend(deviceWrapSchema, { sealedByUserId: userIdSchema, sealedByDeviceId: deviceIdSchema }),
  ),
  vaultWrap: z.nullable(vaultWrapSchema),
  wrappedDevices: z.array(deviceIdSchema),
});
export type EpochKeys = z.infer<typeof epochKeysSchema>;

const jsonMessageSchema = z.object({
  clientId: clientIdSchema,
  ciphertext: base64UrlSchema({ max: limits.messageCiphertextBytes }),
});

export const chatRoutes = {
  createDirectChat: defineRoute({
    method: 'POST',
    path: '/api/chats',
    summary:
      'Start a direct chat with its first epoch. Two people have one direct chat: if it exists already, it is returned with `created: false` and nothing of the request is stored.',
    scope: 'device',
    cost: 'key',
    params: none,
    query: none,
    body: z.object({
      chatId: chatIdSchema,
      kind: z.literal('direct'),
      partnerId: userIdSchema,
      epoch: newEpochSchema,
    }),
    response: z.object({ chat: chatRecordSchema, created: z.boolean() }),
  }),
  listChats: defineRoute({
    method: 'GET',
    path: '/api/chats',
    summary: 'All chats of the caller, by id after a cursor.',
    scope: 'device',
    cost: 'read',
    params: none,
    query: z.object({ after: z.optional(chatIdSchema) }),
    body: none,
    response: z.object({
      chats: z.array(chatRecordSchema).check(z.maxLength(limits.chatsPerPage)),
    }),
  }),
  getChatKeys: defineRoute({
    method: 'GET',
    path: '/api/chats/:chatId/keys',
    summary: "The chat's epochs with the wraps for this device and for this account's vault.",
    scope: 'device',
    cost: 'read',
    params: chatParams,
    query: none,
    body: none,
    response: z.object({ epochs: z.array(epochKeysSchema) }),
  }),
  /** A device that holds an epoch's key gives it to devices certified since, and to its own vault. */
  putChatWraps: defineRoute({
    method: 'PUT',
    path: '/api/chats/:chatId/epochs/:epoch/wraps',
    summary:
      'Add wraps of an existing epoch. Wraps that exist stay, but for those that somebody else made for devices of the caller. Device wraps only for active devices of members.',
    scope: 'device',
    cost: 'key',
    params: z.extend(chatParams, { epoch: z.pipe(z.coerce.number(), epochSchema) }),
    query: none,
    body: z.object({
      deviceWraps: z.array(deviceWrapSchema).check(z.maxLength(limits.wrapsPerRequest)),
      vaultWrap: z.optional(vaultWrapSchema),
    }),
    response: none,
  }),
  createEpoch: defineRoute({
    method: 'POST',
    path: '/api/chats/:chatId/epochs',
    summary:
      'Begin the next epoch of a chat; `conflict` when its number is not one above the newest, or when a wrap is not for an active device and key of a member; `rate_limited` above the daily number. Repeating it is answered alike.',
    scope: 'device',
    cost: 'key',
    params: chatParams,
    query: none,
    body: z.object({ epoch: newEpochSchema }),
    response: none,
  }),
  listMessages: defineRoute({
    method: 'GET',
    path: '/api/chats/:chatId/messages',
    summary: 'As `message:sync`, for clients without a socket; ciphertext as base64url.',
    scope: 'device',
    cost: 'read',
    params: chatParams,
    query: z.object({
      after: z.pipe(z.coerce.number(), cursorSchema),
      limit: z.pipe(z.coerce.number(), z.int().check(z.gte(1), z.lte(limits.syncPageRows))),
    }),
    body: none,
    response: z.object({
      messages: z.array(
        z.extend(jsonMessageSchema, {
          chatId: chatIdSchema,
          seq: sequenceSchema,
          senderId: userIdSchema,
          senderDeviceId: deviceIdSchema,
          createdAtMs: timeMsSchema,
        }),
      ),
      headSeq: cursorSchema,
    }),
  }),
  sendMessages: defineRoute({
    method: 'POST',
    path: '/api/chats/:chatId/messages',
    summary: 'As `message:send`, in a batch, for clients without a socket; answers in order.',
    scope: 'device',
    cost: 'send',
    params: chatParams,
    query: none,
    body: z.object({
      messages: z
        .array(jsonMessageSchema)
        .check(z.minLength(1), z.maxLength(limits.httpBatchMessages)),
    }),
    response: z.object({
      results: z.array(z.object({ seq: sequenceSchema, createdAtMs: timeMsSchema })),
    }),
  }),
} as const;
