import * as z from 'zod/mini';
import { base64UrlSchema } from '../bytes.ts';
import { cursorSchema, deviceIdSchema, factorIdSchema, timeMsSchema } from '../identifiers.ts';
import { limits } from '../limits.ts';
import { defineRoute } from './define.ts';

const none = z.object({});

/** One line of the account's record. `detail` holds ids, numbers and words of the relay, no content. */
export const activityEventSchema = z.object({
  id: z.int().check(z.gte(1)),
  atMs: timeMsSchema,
  /** `device_registered`, `device_revoked`, …; a client shows words it does not know as they are. */
  action: z.string().check(z.regex(/^[a-z][a-z_]{0,63}$/)),
  deviceId: z.nullable(deviceIdSchema),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type ActivityEvent = z.infer<typeof activityEventSchema>;

/** The TOTP secret, sealed in the client twice: under the recovery key and under the vault. */
export const secondFactorBackupSchema = z.object({
  /** Of which factor: once it is verified, sessions have to give it. */
  factorId: factorIdSchema,
  underRecoveryKey: base64UrlSchema({ max: limits.wrappedKeyBytes }),
  underVaultKey: base64UrlSchema({ max: limits.wrappedKeyBytes }),
});
export type SecondFactorBackup = z.infer<typeof secondFactorBackupSchema>;

export const ownAccountRoutes = {
  listActivity: defineRoute({
    method: 'GET',
    path: '/api/account/activity',
    summary: 'What happened to the own account, newest first, before an id; at most 50 a page.',
    scope: 'device',
    cost: 'read',
    params: none,
    query: z.object({ before: z.optional(z.pipe(z.coerce.number(), cursorSchema)) }),
    body: none,
    response: z.object({
      events: z.array(activityEventSchema).check(z.maxLength(limits.activityPerPage)),
      hasMore: z.boolean(),
    }),
  }),
  putSecondFactorBackup: defineRoute({
    method: 'PUT',
    path: '/api/account/second-factor-backup',
    summary:
      'Keep the sealed secret of the second factor, which counts from its first code on; replaces what was there. `conflict` while another factor counts.',
    scope: 'device',
    cost: 'key',
    params: none,
    query: none,
    body: secondFactorBackupSchema,
    response: none,
  }),
  /** The one route that a session without its second factor may call: it is how to get past a lost one. */
  getSecondFactorBackup: defineRoute({
    method: 'GET',
    path: '/api/account/second-factor-backup',
    summary: 'The sealed secret of the second factor, also before the second factor was given.',
    scope: 'firstFactor',
    cost: 'key',
    params: none,
    query: none,
    body: none,
    response: z.object({ backup: z.nullable(secondFactorBackupSchema) }),
  }),
  deleteSecondFactorBackup: defineRoute({
    method: 'DELETE',
    path: '/api/account/second-factor-backup',
    summary: 'Forget it, after the second factor was switched off; `conflict` before.',
    scope: 'device',
    cost: 'key',
    params: none,
    query: none,
    body: none,
    response: none,
  }),
  deleteAccount: defineRoute({
    method: 'DELETE',
    path: '/api/account',
    summary:
      'Delete the own account and what belongs to it. The session must be less than 5 minutes old: sign in for it. Where the account has an active device, one of them signs. Otherwise `forbidden`. Safe to repeat.',
    scope: 'user',
    cost: 'key',
    params: none,
    query: none,
    body: z.object({
      /** Both or neither: `labels.accountDeletion` signed by the identity key of this device. */
      deviceId: z.optional(deviceIdSchema),
      proof: z.optional(base64UrlSchema({ exact: 64 })),
    }),
    response: none,
  }),
} as const;
