import { openVaultWithRecoveryKey, zeroize } from '@sotto/crypto';
import { parseTotpSecret, sealSecondFactor } from '@sotto/crypto/second-factor';
import { ClientError } from '../client-error.ts';
import type { OpenedAccount } from '../engine/engine-core.ts';
import { sealUnderVault, vaultFailure } from '../vault/open-vault.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import type { AuthDoor } from './auth-door.ts';
import type { NewFactor } from './factor-door.ts';

/** Begins a factor; what was begun before and never confirmed goes. `conflict` if one is on already. */
export async function beginSecondFactor({ factors }: AuthDoor): Promise<NewFactor> {
  const { verified, unverified } = await factors.list();
  if (verified.length > 0) throw new ClientError('conflict');
  for (const factorId of unverified) await factors.remove(factorId);
  return await factors.enrol();
}

/**
 * Switches a factor on. The recovery key is tried on the vault before anything else, and the relay has
 * the backup before the factor counts: whatever stops this half-way leaves no factor without a backup.
 *
 * Throws `wrong_recovery_key`, `wrong_code`, `locked`.
 */
export async function switchSecondFactorOn(options: {
  auth: AuthDoor;
  opened: OpenedAccount;
  begun: NewFactor;
  code: string;
  recoveryKey: string;
}): Promise<void> {
  const { auth, opened, begun, code, recoveryKey } = options;
  const { vault, context } = opened;
  await assertOpensVault(vault, recoveryKey);
  const { factorId } = begun;
  const sealed = await sealUnderVault(vault, ({ keyWrapKey }) =>
    sealSecondFactor({
      userId: vault.userId,
      factor: { factorId, secret: parseTotpSecret(begun.secret) },
      recoveryKey,
      keyWrapKey,
      random: context.platform.random,
    }),
  );
  const body = { factorId, ...sealed };
  await context.http.call('putSecondFactorBackup', { body });
  await auth.factors.verify(factorId, code);
  // Another device that was at it, too, may have replaced it before the code arrived, and the factor
  // would count for nothing. From here on it cannot.
  await context.http.call('putSecondFactorBackup', { body });
}

/** Throws `wrong_recovery_key` unless it is the account's. */
export async function assertOpensVault(vault: OpenVault, recoveryKey: string): Promise<void> {
  const { userId, sealed } = vault;
  try {
    const found = await openVaultWithRecoveryKey({ userId, recoveryKey, sealedVault: sealed });
    zeroize(found.vaultKey, found.contents.accountSeed);
  } catch (error) {
    throw vaultFailure(error, 'wrong_recovery_key');
  }
}
