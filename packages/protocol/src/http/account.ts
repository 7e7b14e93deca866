import * as z from 'zod/mini';
import { userIdSchema } from '../identifiers.ts';
import { limits } from '../limits.ts';
import { avatarColorSchema, handleSchema, nameSchema } from '../text.ts';
import { defineRoute } from './define.ts';
import { deviceRecordSchema, manifestRecordSchema } from './devices.ts';
import { vaultRecordSchema } from './vault-record.ts';

const none = z.object({});

export const profileSchema = z.object({
  userId: userIdSchema,
  handle: handleSchema,
  displayName: nameSchema,
  avatarColor: avatarColorSchema,
});
export type Profile = z.infer<typeof profileSchema>;

export const accountRoutes = {
  /** Everything a device needs to know of its own account right after sign-in. */
  getAccount: defineRoute({
    method: 'GET',
    path: '/api/account',
    summary: 'Own profile, vault, manifests (oldest first) and devices; null where not made yet.',
    scope: 'user',
    cost: 'read',
    params: none,
    query: none,
    body: none,
    response: z.object({
      profile: z.nullable(profileSchema),
      vault: z.nullable(vaultRecordSchema),
      manifests: z.array(manifestRecordSchema),
      devices: z.array(deviceRecordSchema),
    }),
  }),
  putProfile: defineRoute({
    method: 'PUT',
    path: '/api/account/profile',
    summary:
      'Create or change the profile; `conflict` when the handle is taken. Once the account has a device, a change needs one.',
    scope: 'user',
    cost: 'key',
    params: none,
    query: none,
    body: z.omit(profileSchema, { userId: true }),
    response: z.object({ profile: profileSchema }),
  }),
  /** Unauthenticated content: clients verify what they read and refuse lower versions. */
  putVault: defineRoute({
    method: 'PUT',
    path: '/api/account/vault',
    summary:
      'Store the vault; its version must be one above the stored one, else `conflict`. The first needs only a user, later ones a device; `rate_limited` above its daily number.',
    scope: 'user',
    cost: 'key',
    bodyBytes: limits.vaultRequestBytes,
    params: none,
    query: none,
    body: vaultRecordSchema,
    response: z.object({ version: z.int().check(z.gte(1)) }),
  }),
} as const;
