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
import * as z from 'zod/mini';

const storedBytes = z.pipe(
  z.string(),
  z.transform((text: string) => new Uint8Array(Buffer.from(text, 'base64'))),
);

/** A buffer: the message path hands it to the frame encoder, which takes nothing else as binary. */
const storedBuffer = z.pipe(
  z.string(),
  z.transform((text: string) => Buffer.from(text, 'base64')),
);

export const authorisationRow = z.object({
  sessionExists: z.boolean(),
  /** Held by a device that has been revoked since. */
  sessionIsSpent: z.boolean(),
  device: z.nullable(
    z.object({ isActive: z.boolean(), bound: z.boolean(), identityKey: storedBytes }),
  ),
});
export type Authorisation = z.output<typeof authorisationRow>;

export const profileRow = profileSchema;

const manifestRow = z.extend(manifestRecordSchema, {
  body: storedBytes,
  signature: storedBytes,
});

const vaultRow = z.extend(vaultRecordSchema, {
  kdf: z.extend(vaultRecordSchema.shape.kdf, { salt: storedBytes }),
  passwordWrap: storedBytes,
  recoveryWrap: storedBytes,
  body: storedBytes,
});

export const accountRow = z.extend(accountRoutes.getAccount.response, {
  vault: z.nullable(vaultRow),
  manifests: z.array(manifestRow),
});

export const versionRow = z.object({ version: z.int() });

export const deviceRow = deviceRecordSchema;

export const peopleRow = z.array(
  z.object({ profile: z.nullable(profileSchema), accountKey: z.nullable(storedBytes) }),
);

export const manifestPageRow = z.object({
  manifests: z.array(manifestRow),
  headVersion: cursorSchema,
});

export const createdChatRow = chatRoutes.createDirectChat.response;
export const chatPageRow = z.object({ chats: z.array(chatRecordSchema) });

export const chatKeysRow = z.object({
  epochs: z.array(
    z.extend(epochKeysSchema, {
      keyId: storedBytes,
      commitment: storedBytes,
      deviceWrap: z.nullable(
        z.extend(epochKeysSchema.shape.deviceWrap.def.innerType, {
          ephemeralPublicKey: storedBytes,
          encryptedKey: storedBytes,
        }),
      ),
      vaultWrap: z.nullable(storedBytes),
    }),
  ),
});

export const deviceIdsRow = z.array(deviceRecordSchema.shape.deviceId);

export const messagePageRow = z.object({
  messages: z.array(z.extend(messageEnvelopeSchema, { ciphertext: storedBuffer })),
  headSeq: cursorSchema,
  receipts: z.array(z.extend(receiptEnvelopeSchema, { ciphertext: storedBuffer })),
});

export const receiptRow = z.object({ updatedAtMs: z.int() });

export const appendRow = z.object({
  ordinal: z.coerce.number(),
  seq: z.nullable(z.coerce.number()),
  created_at_ms: z.nullable(z.coerce.number()),
  outcome: z.enum(['ok', 'not_found', 'gone', 'conflict']),
  duplicate: z.nullable(z.boolean()),
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
