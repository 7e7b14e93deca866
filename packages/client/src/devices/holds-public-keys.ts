import { equalBytes, openVaultWithKey } from '@sotto/crypto';
import type { OpenVault } from '../vault/open-vault.ts';

/**
 * Whether a device that removes another one can seal the vault anew, without password and recovery key: the
 * vault holds the public keys of both, and they are those that this device knows to be the account's.
 */
export async function holdsPublicKeys(
  vault: Pick<OpenVault, 'userId' | 'vaultKey' | 'sealed' | 'publicHalves'>,
): Promise<boolean> {
  const { userId, vaultKey, sealed, publicHalves } = vault;
  const contents = await openVaultWithKey({ userId, vaultKey, sealedVault: sealed });
  const { passwordPublicKey, recoveryPublicKey } = contents;
  return (
    isKnown(passwordPublicKey, publicHalves.password) &&
    isKnown(recoveryPublicKey, publicHalves.recovery)
  );
}

const isKnown = (found: Uint8Array | undefined, known: Uint8Array | undefined): boolean =>
  found !== undefined && known !== undefined && equalBytes(found, known);
