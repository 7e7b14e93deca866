import { rewrapVault } from '@sotto/crypto';
import type { EngineCore, OpenedAccount } from '../engine/engine-core.ts';
import { openWithPassword } from './open-vault.ts';
import { halvesKnownBy, learnHalves, vouched } from './public-halves.ts';
import { publishVault } from './publish-vault.ts';

/** Publishes the vault under another chat password. Throws `wrong_chat_password`, and as {@link publishVault}. */
export async function changeChatPassword(
  core: EngineCore,
  { resident, vault }: OpenedAccount,
  { current, next }: { current: string; next: string },
): Promise<void> {
  const { userId, sealed } = vault;
  const { random } = core.platform;
  const minimumVersion = sealed.version;
  (await openWithPassword({ userId, chatPassword: current, sealed, minimumVersion })).close();
  await publishVault({
    core,
    resident,
    vault,
    async change(sealedVault) {
      const { vaultKey } = vault;
      const { recovery } = await halvesKnownBy(vault, sealedVault, current);
      const changed = await rewrapVault({
        userId,
        vaultKey,
        newChatPassword: next,
        sealedVault,
        random,
      });
      return recovery ? await vouched(vault, changed, next) : changed;
    },
  });
  vault.replaceChatPassword(next);
  await learnHalves(vault, next);
}
