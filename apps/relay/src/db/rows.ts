/**
 * What the database functions answer: the shapes of the protocol, with bytes as standard base64. The
 * schemas turn them into bytes, once, here.
 */
import {
  accountRoutes,
  chatRecordSchema,
  chatRoutes,
  deviceRecordSchema,
  epochKeysSchema,
  manifestRecordSchema,
  profileSchema,
  receiptEnvelopeSchema,
  messageEnvelopeSchema,
  cursorSchema,
  vaultRecordSchema,
} from '@sotto/protocol';
import type { DeviceWrap } from '@sotto/protocol';
import { z } from 'zod';

const storedBytes = z.string().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

/** A buffer: the message path hands it to the frame encoder, which takes nothing else as binary. */
const storedBuffer = z.string().transform((text) => Buffer.from(text, 'base64'));

export const authorisationRow = z.object({
  sessionExists: z.boolean(),
  /** Held by a device that has been revoked since. */
  sessionIsSpent: z.boolean(),
  device: z
    .object({ isActive: z.boolean(), bound: z.boolean(), identityKey: storedBytes })
    .nullable(),
});
export type Authorisation = z.output<typeof authorisationRow>;

export const profileRow = profileSchema;

const manifestRow = manifestRecordSchema.extend({
  body: storedBytes,
  signature: storedBytes,
});

const vaultRow = vaultRecordSchema.extend({
  kdf: vaultRecordSchema.shape.kdf.extend({ salt: storedBytes }),
  passwordWrap: storedBytes,
  recoveryWrap: storedBytes,
  body: storedBytes,
});

export const accountRow = accountRoutes.getAccount.response.extend({
  vault: vaultRow.nullable(),
  manifests: z.array(manifestRow),
});

export const versionRow = z.object({ version: z.int() });

export const deviceRow = deviceRecordSchema;

export const peopleRow = z.array(
  z.object({ profile: profileSchema.nullable(), accountKey: storedBytes.nullable() }),
);

export const manifestPageRow = z.object({
  manifests: z.array(manifestRow),
  headVersion: cursorSchema,
});

export const createdChatRow = chatRoutes.createDirectChat.response;
export const chatPageRow = z.object({ chats: z.array(chatRecordSchema) });

export const chatKeysRow = z.object({
  epochs: z.array(
    epochKeysSchema.extend({
      keyId: storedBytes,
      commitment: storedBytes,
      deviceWrap: epochKeysSchema.shape.deviceWrap
        .unwrap()
        .extend({ ephemeralPublicKey: storedBytes, encryptedKey: storedBytes })
        .nullable(),
      vaultWrap: storedBytes.nullable(),
    }),
  ),
});

export const deviceIdsRow = z.array(deviceRecordSchema.shape.deviceId);

export const membersRow = z.array(profileSchema.shape.userId);

export const messagePageRow = z.object({
  messages: z.array(messageEnvelopeSchema.extend({ ciphertext: storedBuffer })),
  headSeq: cursorSchema,
  receipts: z.array(receiptEnvelopeSchema.extend({ ciphertext: storedBuffer })),
});

export const receiptRow = z.object({ updatedAtMs: z.int() });

export const appendRow = z.object({
  ordinal: z.coerce.number(),
  seq: z.coerce.number().nullable(),
  created_at_ms: z.coerce.number().nullable(),
  outcome: z.enum(['ok', 'not_found', 'gone', 'conflict']),
  duplicate: z.boolean().nullable(),
});

/** A wrap as the database takes it. */
export function storedWrap(wrap: DeviceWrap): Record<string, string> {
  return {
    deviceId: wrap.deviceId,
    userId: wrap.userId,
    ephemeralPublicKey: base64(wrap.ephemeralPublicKey),
    encryptedKey: base64(wrap.encryptedKey),
  };
}

/** Standard base64, as the database functions take bytes. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
