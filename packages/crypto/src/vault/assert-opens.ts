import { equalBytes } from '../encoding/bytes.ts';
import { CryptoError, isCryptoError } from '../errors.ts';
import type { SealedVault } from './sealed-vault.ts';
import type { PasswordSecret, RecoverySecret } from './vault-secret.ts';
import { openPasswordWrap, openRecoveryWrap } from './vault-wrap.ts';

/** Refuses with `open_failed` a chat password whose wrap does not hold this vault key. */
export function assertPasswordOpens(
  { version, passwordWrap }: SealedVault,
  secret: PasswordSecret,
  vaultKey: Uint8Array,
): Promise<void> {
  return assertGives(vaultKey, () => openPasswordWrap(passwordWrap, version, secret));
}

/** Refuses with `open_failed` a recovery key whose wrap does not hold this vault key. */
export function assertRecoveryKeyOpens(
  { version, recoveryWrap }: SealedVault,
  secret: RecoverySecret,
  vaultKey: Uint8Array,
): Promise<void> {
  return assertGives(vaultKey, () => openRecoveryWrap(recoveryWrap, version, secret));
}

async function assertGives(vaultKey: Uint8Array, open: () => Promise<Uint8Array>): Promise<void> {
  try {
    if (equalBytes(await open(), vaultKey)) return;
  } catch (error) {
    if (!isCryptoError(error)) throw error;
  }
  throw new CryptoError('open_failed');
}
