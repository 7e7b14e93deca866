import { openVaultWithKey, updateVault } from '@sotto/crypto';
import type { EngineCore, Resident } from '../engine/engine-core.ts';
import type { OpenVault } from './open-vault.ts';
import { publishVault } from './publish-vault.ts';

/** A secret that opens the vault and was typed a moment ago. */
export type TypedSecret = { chatPassword: string } | { recoveryKey: string };

/**
 * Puts the public half of a secret into a vault from before, so that a device that removes another one can
 * seal the next vault to it. Nothing is done where it is there. Throws as {@link publishVault}, and
 * `open_failed` of the crypto package for a secret that was changed meanwhile.
 */
export async function upgradeVault(options: {
  core: EngineCore;
  resident: Resident;
  vault: OpenVault;
  secret: TypedSecret;
}): Promise<void> {
  const { core, vault, secret } = options;
  const { userId } = vault;
  const { random } = core.platform;
  await publishVault({
    ...options,
    async change(sealedVault) {
      const { vaultKey } = vault;
      const contents = await openVaultWithKey({ userId, vaultKey, sealedVault });
      const { accountSeed, anchor, passwordPublicKey, recoveryPublicKey } = contents;
      const isThere = 'chatPassword' in secret ? passwordPublicKey : recoveryPublicKey;
      if (isThere) return null;
      const kept = { accountSeed, ...(anchor && { anchor }) };
      return await updateVault({
        userId,
        vaultKey,
        sealedVault,
        contents: kept,
        ...secret,
        random,
      });
    },
  });
}
