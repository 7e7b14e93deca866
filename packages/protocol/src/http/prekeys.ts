import * as z from 'zod/mini';
import { base64UrlSchema } from '../bytes.ts';
import { deviceIdSchema, timeMsSchema, userIdSchema } from '../identifiers.ts';
import { limits } from '../limits.ts';
import { defineRoute } from './define.ts';

const none = z.object({});

/** Ids are the device's own, never given twice by it. */
const preKeyIdSchema = z.int().check(z.gte(1), z.lte(0xffff_ffff));
const signatureSchema = base64UrlSchema({ exact: 64 });

/** A one-time prekey: 33 bytes, Curve25519 with its type byte. */
export const oneTimePreKeySchema = z.object({
  id: preKeyIdSchema,
  publicKey: base64UrlSchema({ exact: 33 }),
});

/** Signed by the device's identity key over the 33 bytes. */
export const signedPreKeySchema = z.extend(oneTimePreKeySchema, { signature: signatureSchema });

/** Kyber1024 with its type byte, signed by the device's identity key over the 1,569 bytes. */
export const kemPreKeySchema = z.object({
  id: preKeyIdSchema,
  publicKey: base64UrlSchema({ exact: 1569 }),
  signature: signatureSchema,
});

const preKeyStockSchema = z.object({
  /** One-time keys that nobody has claimed yet. */
  oneTime: z.int().check(z.gte(0)),
  oneTimeKem: z.int().check(z.gte(0)),
  /** Null before the first publication. */
  signedPreKey: z.nullable(z.object({ id: preKeyIdSchema, createdAtMs: timeMsSchema })),
  lastResortKemPreKeyId: z.nullable(preKeyIdSchema),
});
export type PreKeyStock = z.infer<typeof preKeyStockSchema>;

/** What one claim hands out, for Signal's `processPreKeyBundle`. The identity key is in the manifest. */
export const claimedPreKeysSchema = z.object({
  deviceId: deviceIdSchema,
  registrationId: z.int().check(z.gte(1), z.lte(16_380)),
  signedPreKey: signedPreKeySchema,
  kemPreKey: kemPreKeySchema,
  /** Null when the device has run out of them. */
  oneTimePreKey: z.nullable(oneTimePreKeySchema),
});
export type ClaimedPreKeys = z.infer<typeof claimedPreKeysSchema>;

export const preKeyRoutes = {
  /** Signed keys replace their predecessors; one-time keys are added. Repeating it changes nothing. */
  putPreKeys: defineRoute({
    method: 'PUT',
    path: '/api/devices/prekeys',
    summary:
      'Publish prekeys of the calling device. Signed ones must be signed by its identity key; an id that exists with other bytes is `conflict`, more one-time keys than the limit `too_large`.',
    scope: 'device',
    cost: 'key',
    params: none,
    query: none,
    body: z.object({
      registrationId: z.int().check(z.gte(1), z.lte(16_380)),
      signedPreKey: z.optional(signedPreKeySchema),
      lastResortKemPreKey: z.optional(kemPreKeySchema),
      oneTimePreKeys: z.array(oneTimePreKeySchema).check(z.maxLength(limits.oneTimePreKeys)),
      oneTimeKemPreKeys: z.array(kemPreKeySchema).check(z.maxLength(limits.oneTimeKemPreKeys)),
    }),
    response: preKeyStockSchema,
  }),
  getPreKeyStock: defineRoute({
    method: 'GET',
    path: '/api/devices/prekeys',
    summary: 'How many prekeys of the calling device are left.',
    scope: 'device',
    cost: 'read',
    params: none,
    query: none,
    body: none,
    response: preKeyStockSchema,
  }),
  /** A one-time key is given to one claim, ever; the last-resort KEM key when those have run out. */
  claimPreKeys: defineRoute({
    method: 'POST',
    path: '/api/people/:userId/devices/:deviceId/prekeys/claim',
    summary:
      'Take prekeys of a device to start a session with it. The caller shares a chat with its owner, else `not_found`; `rate_limited` above the daily number for one device.',
    scope: 'device',
    cost: 'claim',
    params: z.object({ userId: userIdSchema, deviceId: deviceIdSchema }),
    query: none,
    body: none,
    response: claimedPreKeysSchema,
  }),
} as const;
