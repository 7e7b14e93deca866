import { openVaultWithKey } from '@sotto/crypto';
import type { OpenVault } from '../vault/open-vault.ts';

/** Whether a device that removes another one can seal the vault anew: without password and recovery key. */
export async function holdsPublicKeys(
  vault: Pick<OpenVault, 'userId' | 'vaultKey' | 'sealed'>,
): Promise<boolean> {
  const { userId, vaultKey, sealed } = vault;
  const contents = await openVaultWithKey({ userId, vaultKey, sealedVault: sealed });
  return contents.passwordPublicKey !== undefined && contents.recoveryPublicKey !== undefined;
}
