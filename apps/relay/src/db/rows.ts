/**
 * What the database functions answer: the shapes of the protocol, with bytes as standard base64. The
 * schemas turn them into bytes, once, here.
 */
import {
  accountRoutes,
  chatRecordSchema,
  chatRoutes,
  claimedPreKeysSchema,
  deviceRecordSchema,
  epochKeysSchema,
  manifestRecordSchema,
  oneTimePreKeySchema,
  preKeyRoutes,
  profileSchema,
  receiptEnvelopeSchema,
  messageEnvelopeSchema,
  cursorSchema,
  vaultRecordSchema,
} from '@sotto/protocol';
import type { NewEpoch, VaultRecord } from '@sotto/protocol';
import * as z from 'zod/mini';

/** Bytes of the database. */
export const storedBytes = z.pipe(
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
  /** Lives, but has not given the second factor of its account: then it does not count as one. */
  sessionLacksFactor: z.boolean(),
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
  deviceWraps: z.optional(storedBytes),
});

export const accountRow = z.extend(accountRoutes.getAccount.response, {
  vault: z.nullable(vaultRow),
  manifests: z.array(manifestRow),
});

export const versionRow = z.object({ version: z.int() });

export const deviceRow = deviceRecordSchema;
export const devicesRow = z.array(deviceRecordSchema);

export const preKeyStockRow = preKeyRoutes.getPreKeyStock.response;

const oneTimePreKeyRow = z.extend(oneTimePreKeySchema, { publicKey: storedBytes });
const signedKeyRow = z.extend(oneTimePreKeyRow, { signature: storedBytes });

export const claimRow = z.union([
  z.object({ retryAfterMs: z.int() }),
  z.object({
    /** Few one-time keys are left. */
    isLow: z.boolean(),
    claimed: z.extend(claimedPreKeysSchema, {
      signedPreKey: signedKeyRow,
      kemPreKey: signedKeyRow,
      oneTimePreKey: z.nullable(oneTimePreKeyRow),
    }),
  }),
]);

export const peopleRow = z.array(
  z.object({ profile: z.nullable(profileSchema), accountKey: z.nullable(storedBytes) }),
);

export const manifestPageRow = z.object({
  manifests: z.array(manifestRow),
  headVersion: cursorSchema,
});

export const createdRow = z.object({ created: z.boolean() });
export const createdChatRow = chatRoutes.createDirectChat.response;
export const chatPageRow = z.object({ chats: z.array(chatRecordSchema) });

export const chatKeysRow = z.object({
  epochs: z.array(
    z.extend(epochKeysSchema, {
      keyId: storedBytes,
      commitment: storedBytes,
      madeUnder: z.optional(storedBytes),
      deviceWrap: z.nullable(
        z.extend(epochKeysSchema.shape.deviceWrap.def.innerType, {
          ephemeralPublicKey: storedBytes,
          encryptedKey: storedBytes,
          sealedTo: z.optional(storedBytes),
        }),
      ),
      vaultWrap: z.nullable(storedBytes),
    }),
  ),
});

export const endedAccessRow = z.object({
  devices: z.array(deviceRecordSchema.shape.deviceId),
  /** Auth sessions, whoever they were of. */
  sessions: z.array(z.string()),
});

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

type Stored<Value> = {
  [Key in keyof Value]: Value[Key] extends Uint8Array | undefined ? string | undefined : Value[Key];
};

/** A flat object as the database functions take it: bytes as standard base64. */
export function storedObject<Value extends object>(value: Value): Stored<Value> {
  return Object.fromEntries(
    Object.entries(value).map(([key, part]: [string, unknown]) => [
      key,
      part instanceof Uint8Array ? base64(part) : part,
    ]),
  ) as Stored<Value>;
}

/** An epoch with its wraps as the database takes it. */
export function storedEpoch(epoch: NewEpoch): Record<string, unknown> {
  return { ...storedObject(epoch), deviceWraps: epoch.deviceWraps.map(storedObject) };
}

/** A vault as the database takes it. */
export function storedVault(vault: VaultRecord): Record<string, unknown> {
  return { ...storedObject(vault), kdf: storedObject(vault.kdf) };
}

/** Standard base64, as the database functions take bytes. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
