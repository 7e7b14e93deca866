import type { SealedVault } from '@sotto/crypto';
import { ClientError, isClientError } from '../client-error.ts';
import type { EngineCore, Resident } from '../engine/engine-core.ts';
import { keepVault } from './keep-vault.ts';
import { isGenuineVault } from './open-vault.ts';
import type { OpenVault } from './open-vault.ts';
import { isSameVault } from './vault-record.ts';

const attempts = 5;

/**
 * Publishes the vault's next version. Another device that was faster is not overwritten: its version
 * is taken over if it was made with the vault's key, or follows it under another one, and `change` is asked
 * again on top of it; it reads the vault's keys anew each time. One change at a time.
 *
 * Throws `locked` when the vault was closed meanwhile, `conflict` when it does not come to an end.
 */
export async function publishVault(options: {
  core: EngineCore;
  resident: Resident;
  vault: OpenVault;
  /** Makes the version after `sealed`; null when nothing is to be changed. */
  change: (sealed: SealedVault) => Promise<SealedVault | null>;
}): Promise<void> {
  await options.vault.changes.run(() => publish(options));
}

async function publish({
  core,
  resident,
  vault,
  change,
}: Parameters<typeof publishVault>[0]): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const next = await change(vault.sealed).catch((cause: unknown) => {
      // Keys that were overwritten under way say nothing about the vault.
      throw vault.isOpen() ? cause : new ClientError('locked', { cause });
    });
    if (!next) return;
    // What was sealed after this may be sealed under a key of zeros, which everybody has.
    if (!vault.isOpen()) throw new ClientError('locked');
    try {
      await core.http.call('putVault', { body: next });
      return await keepVault(core, resident, vault, next);
    } catch (error) {
      if (!isClientError(error, 'conflict')) throw error;
      const { vault: newest } = await core.http.call('getAccount', {});
      if (newest && isSameVault(newest, next)) {
        return await keepVault(core, resident, vault, next);
      }
      if (!newest) throw error;
      // It may have been taken over already, because the relay told that it changed.
      if (newest.version <= vault.sealed.version) continue;
      if (!(await takeOver({ core, resident, vault }, newest))) throw error;
    }
  }
  throw new ClientError('conflict');
}

async function takeOver(
  here: Pick<Parameters<typeof publishVault>[0], 'core' | 'resident' | 'vault'>,
  offered: SealedVault,
): Promise<boolean> {
  const { core, resident, vault } = here;
  const { opened } = core;
  if (opened?.vault === vault) {
    const { takeVault } = await import('./new-vault-key.ts');
    const { keys, runtime } = opened;
    return await takeVault({ ...here, keys, trust: runtime.trust, offered });
  }
  if (!(await isGenuineVault(vault, offered))) return false;
  await keepVault(core, resident, vault, offered);
  return true;
}
