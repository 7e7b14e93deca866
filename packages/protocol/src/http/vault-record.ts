import * as z from 'zod/mini';
import { base64UrlSchema } from '../bytes.ts';
import { limits } from '../limits.ts';

/** The account vault as stored: every byte string is opaque to the relay. Versions only go up. */
export const vaultRecordSchema = z.object({
  version: z.int().check(z.gte(1), z.lte(0xffff_ffff)),
  kdf: z.object({
    algorithm: z.literal('PBKDF2-HMAC-SHA256'),
    iterations: z.int().check(z.gte(600_000), z.lte(10_000_000)),
    salt: base64UrlSchema({ exact: 32 }),
  }),
  passwordWrap: base64UrlSchema({ max: limits.vaultWrapBytes }),
  recoveryWrap: base64UrlSchema({ max: limits.vaultWrapBytes }),
  body: base64UrlSchema({ max: limits.vaultBytes }),
  /** The vault key sealed to the account's devices; absent until it was changed for the first time. */
  deviceWraps: z.optional(base64UrlSchema({ max: limits.vaultDeviceWrapsBytes })),
});
export type VaultRecord = z.infer<typeof vaultRecordSchema>;
