import * as z from 'zod/mini';
import { base64UrlSchema } from '../bytes.ts';
import { cursorSchema, deviceIdSchema, timeMsSchema, userIdSchema } from '../identifiers.ts';
import { limits } from '../limits.ts';
import { nameSchema } from '../text.ts';
import { defineRoute } from './define.ts';
import { vaultRecordSchema } from './vault-record.ts';

const none = z.object({});

export const deviceTypeSchema = z.enum(['web', 'cli']);
export type DeviceType = z.infer<typeof deviceTypeSchema>;

/** A device as the relay lists it. Keys count only where the owner's newest manifest repeats them. */
export const deviceRecordSchema = z.object({
  deviceId: deviceIdSchema,
  name: nameSchema,
  deviceType: deviceTypeSchema,
  isActive: z.boolean(),
  createdAtMs: timeMsSchema,
  lastSeenAtMs: z.nullable(timeMsSchema),
  revokedAtMs: z.nullable(timeMsSchema),
});
export type DeviceRecord = z.infer<typeof deviceRecordSchema>;

/**
 * One link of an account's manifest chain: signed by the account key that it names, which is the one before
 * it or one that this endorsed. Opened with crypto's `verifyDeviceManifest`.
 */
export const manifestRecordSchema = z.object({
  version: z.int().check(z.gte(1), z.lte(0xffff_ffff)),
  body: base64UrlSchema({ max: limits.manifestBytes }),
  signature: base64UrlSchema({ exact: 64 }),
});
export type ManifestRecord = z.infer<typeof manifestRecordSchema>;

const sessionProofSchema = base64UrlSchema({ exact: 64 });

export const deviceRoutes = {
  registerDevice: defineRoute({
    method: 'POST',
    path: '/api/devices',
    summary:
      'Register a device with the manifest that certifies it, and bind this auth session to it. The account key stays as it is (`bad_request`). Repeating it with the same content is answered alike; a stale manifest is `conflict`.',
    scope: 'user',
    cost: 'key',
    params: none,
    query: none,
    body: z.object({
      deviceId: deviceIdSchema,
      name: nameSchema,
      deviceType: deviceTypeSchema,
      manifest: manifestRecordSchema,
      /** `labels.sessionProof` signed by the new device's identity key. */
      sessionProof: sessionProofSchema,
    }),
    response: z.object({ device: deviceRecordSchema }),
  }),
  bindDeviceSession: defineRoute({
    method: 'POST',
    path: '/api/devices/:deviceId/session',
    summary: 'Bind a fresh auth session (after sign-in) to a device that exists already.',
    scope: 'user',
    cost: 'key',
    params: z.object({ deviceId: deviceIdSchema }),
    query: none,
    body: z.object({ sessionProof: sessionProofSchema }),
    response: none,
  }),
  publishManifest: defineRoute({
    method: 'POST',
    path: '/api/devices/manifests',
    summary:
      'Append a manifest that changes the devices there are: renames, new keys, removals (at least one device stays). New devices come by `registerDevice`. With a vault, one above the stored one, both are stored or neither; a manifest that names another account key, endorsed by the former one, needs it. Repeating it is answered alike; a stale manifest or vault is `conflict`; `rate_limited` above the daily number, but never for a removal.',
    scope: 'device',
    cost: 'key',
    bodyBytes: limits.vaultRequestBytes,
    params: none,
    query: none,
    body: z.object({
      manifest: manifestRecordSchema,
      /** The names whose hashes changed. */
      names: z
        .array(z.object({ deviceId: deviceIdSchema, name: nameSchema }))
        .check(z.maxLength(limits.devicesPerAccount)),
      /** Under the new vault key, where a removal changes the keys. */
      vault: z.optional(vaultRecordSchema),
    }),
    response: z.object({ devices: z.array(deviceRecordSchema) }),
  }),
  listManifests: defineRoute({
    method: 'GET',
    path: '/api/people/:userId/manifests',
    summary: "A person's manifest chain after a version, oldest first; at most 50 a page.",
    scope: 'device',
    cost: 'read',
    params: z.object({ userId: userIdSchema }),
    query: z.object({ after: z.pipe(z.coerce.number(), cursorSchema) }),
    body: none,
    response: z.object({
      manifests: z.array(manifestRecordSchema).check(z.maxLength(limits.manifestsPerPage)),
      headVersion: cursorSchema,
    }),
  }),
} as const;
