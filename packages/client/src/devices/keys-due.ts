import { openVaultWithKey, zeroize } from '@sotto/crypto';
import type { PersonTrust } from '../trust/person-trust.ts';
import type { OpenVault } from '../vault/open-vault.ts';

/** Whether a device was removed that knows the vault key and the account key as they are now. */
export function areKeysDue({ devices, succession = 0 }: PersonTrust): boolean {
  return devices.some(
    ({ current, removedAtVersion }) => !current && (removedAtVersion ?? Infinity) > succession,
  );
}

/**
 * Whether this device has what a change of the vault key needs: the chat password, and a recovery key in the
 * vault. Whether the password is the present one and vouches for that key shows when it is made.
 */
export async function canChangeKeys(
  vault: Pick<OpenVault, 'userId' | 'vaultKey' | 'sealed' | 'chatPassword'>,
): Promise<boolean> {
  const { userId, vaultKey, sealed } = vault;
  if (vault.chatPassword() === null) return false;
  const contents = await openVaultWithKey({ userId, vaultKey, sealedVault: sealed });
  zeroize(contents.accountSeed, ...contents.formerVaultKeys);
  return contents.recovery !== undefined;
}
