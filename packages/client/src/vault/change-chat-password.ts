import { rewrapVault } from '@sotto/crypto';
import type { EngineCore, OpenedAccount } from '../engine/engine-core.ts';
import { openWithPassword } from './open-vault.ts';
import { publishVault } from './publish-vault.ts';

/**
 * Publishes the vault under another chat password, which vouches for the recovery key if the present one does.
 * Throws `wrong_chat_password`, and as {@link publishVault}.
 */
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
    change(sealedVault) {
      const { vaultKey } = vault;
      const passwords = { chatPassword: current, newChatPassword: next };
      return rewrapVault({ userId, vaultKey, ...passwords, sealedVault, random });
    },
  });
  vault.replaceChatPassword(next);
}
