import { equalBytes, openVaultWithKey, updateVault } from '@sotto/crypto';
import type { EngineCore, Resident } from '../engine/engine-core.ts';
import type { OpenVault } from './open-vault.ts';
import { learnHalves, vouched } from './public-halves.ts';
import { publishVault } from './publish-vault.ts';

/** What opens the vault and was typed a moment ago; the recovery key in its written form. */
export interface TypedSecrets {
  chatPassword: string;
  recoveryKey?: string;
}

interface Here {
  core: EngineCore;
  resident: Resident;
  vault: OpenVault;
}

/**
 * Puts the public halves of typed secrets into a vault that lacks them or has others, so that a device that
 * removes another one can seal the next vault to them. A recovery key's is put in and vouched for whatever is
 * there: nothing else is as sure of it. Throws as {@link publishVault}, and `open_failed` of the crypto package for a secret
 * that was changed meanwhile.
 */
export async function useTypedSecrets(here: Here, secrets: TypedSecrets): Promise<void> {
  const { core, vault } = here;
  const { chatPassword, recoveryKey } = secrets;
  const { userId } = vault;
  const { random } = core.platform;
  await publishVault({
    ...here,
    async change(sealedVault) {
      const { vaultKey } = vault;
      const contents = await openVaultWithKey({ userId, vaultKey, sealedVault });
      const { accountSeed, anchor, passwordPublicKey } = contents;
      const { password: known } = vault.publicHalves;
      const isKnown = passwordPublicKey && known && equalBytes(passwordPublicKey, known);
      if (isKnown && recoveryKey === undefined) return null;
      const next = await updateVault({
        userId,
        vaultKey,
        sealedVault,
        contents: { accountSeed, ...(anchor && { anchor }) },
        ...secrets,
        random,
      });
      return recoveryKey === undefined ? next : await vouched(vault, next, chatPassword);
    },
  });
  await learnHalves(vault, chatPassword);
}
