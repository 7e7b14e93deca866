import { updateVault } from '@sotto/crypto';
import type { EngineCore, Resident } from '../engine/engine-core.ts';
import { hasVaultsKey } from '../trust/assert-own-key.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import type { OpenVault } from './open-vault.ts';
import { publishVault } from './publish-vault.ts';
import { anchorOf } from './vault-anchor.ts';

/** Names the newest own manifest in the vault, unless that one or a newer one is named already. */
export async function raiseAnchor(options: {
  core: EngineCore;
  resident: Resident;
  vault: OpenVault;
  own: PersonTrust;
}): Promise<void> {
  const { core, vault, own } = options;
  const { userId } = vault;
  const { random } = core.platform;
  const anchor = { version: own.version, hash: own.hash };
  await publishVault({
    ...options,
    async change(sealedVault) {
      // A vault that the chain has left behind is followed, not changed.
      if (!hasVaultsKey(own, vault)) return null;
      const before = await anchorOf(vault);
      if (before && before.version >= anchor.version) return null;
      const { vaultKey, accountKey } = vault;
      const contents = { accountSeed: accountKey.seed, anchor };
      return await updateVault({ userId, vaultKey, sealedVault, contents, random });
    },
  });
}
