import { openVaultWithPassword, replaceRecoveryKey, zeroize } from '@sotto/crypto';
import { formatRecoveryKey, generateRecoveryKey, isCryptoError } from '@sotto/crypto';
import { ClientError, isClientError } from '../client-error.ts';
import type { EngineCore, OpenedAccount } from '../engine/engine-core.ts';
import { isTransient } from '../transport/wire-failure.ts';
import { sealUnderVault, vaultFailure } from '../vault/open-vault.ts';
import { publishVault } from '../vault/publish-vault.ts';

/**
 * A recovery key for after its confirmation. Nothing is sealed under it yet. The chat password is kept in
 * memory from here on, also where it was not yet. Throws `wrong_chat_password`.
 */
export async function drawRecoveryKey(
  opened: OpenedAccount,
  chatPassword: string,
): Promise<string> {
  const { vault, context } = opened;
  const { userId, sealed } = vault;
  try {
    const found = await openVaultWithPassword({ userId, chatPassword, sealedVault: sealed });
    zeroize(found.vaultKey, found.contents.accountSeed);
  } catch (error) {
    throw vaultFailure(error, 'wrong_chat_password');
  }
  vault.replaceChatPassword(chatPassword);
  return formatRecoveryKey(generateRecoveryKey({ random: context.platform.random }));
}

/**
 * Makes a recovery key that was written down the account's. The backup of a second factor opens with
 * both keys until the vault has the new one: whatever stops this half-way, the key that opens the vault
 * opens the backup, too. The chat password vouches for the new key, unless another device has changed it
 * meanwhile: the key is in force all the same, and a removal changes no keys until one is made anew.
 */
export async function putRecoveryKeyInForce(
  core: EngineCore,
  opened: OpenedAccount,
  recoveryKey: string,
): Promise<void> {
  const { resident, vault, context } = opened;
  const { userId } = vault;
  const { random } = context.platform;
  const reseal = await prepareBackup(opened, recoveryKey);
  await reseal?.('with former');
  await publishVault({
    core,
    resident,
    vault,
    change: async (sealedVault) => {
      const { vaultKey } = vault;
      const chatPassword = vault.chatPassword();
      if (chatPassword === null) throw new ClientError('locked');
      const input = { userId, vaultKey, sealedVault, recoveryKey, random };
      const { sealedVault: changed } = await replaceRecoveryKey({ ...input, chatPassword }).catch(
        (error: unknown) => {
          if (isCryptoError(error, 'open_failed')) return replaceRecoveryKey(input);
          throw error;
        },
      );
      return changed;
    },
  });
  opened.runtime.secretsChanged();
  await reseal?.('alone').catch((error: unknown) => {
    // The new key is in force; that the former one opens the backup still, and nothing else, ends with
    // the next renewal.
    if (!isTransient(error) && !isClientError(error, 'locked')) throw error;
  });
}

/** Undefined without a backup that this vault opens. */
async function prepareBackup({ vault, context }: OpenedAccount, recoveryKey: string) {
  const { http, platform } = context;
  const { backup } = await http.call('getSecondFactorBackup', {});
  if (!backup) return undefined;
  const { openSecondFactorWithVault, sealSecondFactor } =
    await import('@sotto/crypto/second-factor');
  const { userId } = vault;
  const { underVaultKey, underRecoveryKey } = backup;
  // Sealed before a change of the vault key, it opens under a former one.
  const formerKeyWrapKeys = vault.formerKeys.map(({ keyWrapKey }) => keyWrapKey);
  const { keyWrapKey: newest } = vault.keys;
  const factor = await openSecondFactorWithVault({
    userId,
    keyWrapKey: newest,
    formerKeyWrapKeys,
    underVaultKey,
  }).catch((error: unknown) => {
    // Whoever had a device of the account may have stored it: it must not stand in the way of a new key.
    if (isCryptoError(error, 'open_failed')) return undefined;
    throw error;
  });
  if (!factor) return undefined;
  return async (which: 'with former' | 'alone'): Promise<void> => {
    const sealed = await sealUnderVault(vault, ({ keyWrapKey }) =>
      sealSecondFactor({
        userId,
        factor,
        recoveryKey,
        keyWrapKey,
        random: platform.random,
        ...(which === 'with former' && { former: underRecoveryKey }),
      }),
    );
    const { factorId } = factor;
    await http.call('putSecondFactorBackup', { body: { factorId, ...sealed } });
  };
}
