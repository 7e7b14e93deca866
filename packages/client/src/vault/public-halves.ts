import { isCryptoError, openVaultWithKey, updateVault } from '@sotto/crypto';
import type { SealedVault, VaultContents } from '@sotto/crypto';
import { checkPublicHalves, vouchForRecoveryKey } from '@sotto/crypto/vault-keys';
import type { PublicHalves } from '@sotto/crypto/vault-keys';
import type { OpenVault } from './open-vault.ts';

/** Those of a vault that is taken as it is: made here, or handed over by a device that let this one in. */
export const halvesIn = (contents: VaultContents): PublicHalves => ({
  ...(contents.passwordPublicKey && { password: contents.passwordPublicKey }),
  ...(contents.recoveryPublicKey && { recovery: contents.recoveryPublicKey }),
});

/** What a chat password that was typed says of the vault's public keys; nothing if it does not open it (any more). */
export async function halvesKnownBy(
  { userId, vaultKey }: Pick<OpenVault, 'userId' | 'vaultKey'>,
  sealedVault: SealedVault,
  chatPassword: string,
): Promise<PublicHalves> {
  try {
    return await checkPublicHalves({ userId, vaultKey, sealedVault, chatPassword });
  } catch (error) {
    if (isCryptoError(error)) return {};
    throw error;
  }
}

/** Notes what the chat password says of the vault as it lies here, beside what was known before. */
export async function learnHalves(vault: OpenVault, chatPassword: string): Promise<void> {
  const found = await halvesKnownBy(vault, vault.sealed, chatPassword);
  vault.publicHalves = { ...vault.publicHalves, ...found };
}

/** Notes those that come from both secrets themselves, whatever the vault holds. */
export async function learnHalvesOf(
  vault: OpenVault,
  secrets: { chatPassword: string; recoveryKey: string },
): Promise<void> {
  const { userId, vaultKey, sealed } = vault;
  const { accountSeed, anchor } = await openVaultWithKey({ userId, vaultKey, sealedVault: sealed });
  const contents = { accountSeed, ...(anchor && { anchor }) };
  const made = await updateVault({ userId, vaultKey, sealedVault: sealed, contents, ...secrets });
  vault.publicHalves = halvesIn(await openVaultWithKey({ userId, vaultKey, sealedVault: made }));
}

/**
 * Vouches for the recovery key in a vault that was just made and is not published. Without a vouch where the
 * password does not open it: then it was changed on another device a moment ago.
 */
export async function vouched(
  { userId, vaultKey }: Pick<OpenVault, 'userId' | 'vaultKey'>,
  sealedVault: SealedVault,
  chatPassword: string,
): Promise<SealedVault> {
  try {
    return await vouchForRecoveryKey({ userId, vaultKey, sealedVault, chatPassword });
  } catch (error) {
    if (isCryptoError(error)) return sealedVault;
    throw error;
  }
}
