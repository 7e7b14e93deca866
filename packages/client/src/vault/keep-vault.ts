import type { EngineCore, Resident } from '../engine/engine-core.ts';
import type { OpenVault } from './open-vault.ts';

/** Replaces the local copy of the vault with a version that was made with its key. */
export async function keepVault(
  core: EngineCore,
  resident: Resident,
  vault: OpenVault,
  sealed: OpenVault['sealed'],
): Promise<void> {
  // Two that were fetched at once may come in the other order.
  if (sealed.version < vault.sealed.version) return;
  vault.sealed = sealed;
  const { record } = resident;
  if (!record || core.resident !== resident) return;
  const vaultVersion = Math.max(record.vaultVersion, sealed.version);
  resident.record = { ...record, vault: sealed, vaultVersion };
  await resident.shelf.write(resident.record);
}
