import { equalBytes } from '@sotto/crypto';
import type { SealedVault } from '@sotto/crypto';
import * as z from 'zod/mini';
import { bytesField } from '../storage/bytes-field.ts';

/** The sealed vault as kept on this device; the shape of crypto's `SealedVault`. */
export const sealedVaultSchema: z.ZodMiniType<SealedVault> = z.object({
  version: z.int().check(z.gte(1)),
  kdf: z.object({
    algorithm: z.literal('PBKDF2-HMAC-SHA256'),
    iterations: z.int(),
    salt: bytesField,
  }),
  passwordWrap: bytesField,
  recoveryWrap: bytesField,
  body: bytesField,
  deviceWraps: z.optional(bytesField),
});

const none = new Uint8Array(0);

export function isSameVault(a: SealedVault, b: SealedVault): boolean {
  return (
    a.version === b.version &&
    a.kdf.iterations === b.kdf.iterations &&
    equalBytes(a.kdf.salt, b.kdf.salt) &&
    equalBytes(a.passwordWrap, b.passwordWrap) &&
    equalBytes(a.recoveryWrap, b.recoveryWrap) &&
    equalBytes(a.body, b.body) &&
    equalBytes(a.deviceWraps ?? none, b.deviceWraps ?? none)
  );
}
