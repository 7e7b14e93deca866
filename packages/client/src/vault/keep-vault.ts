import { ClientError } from '../client-error.ts';
import type { DeviceRecord } from '../devices/device-record.ts';
import type { EngineCore, Resident } from '../engine/engine-core.ts';
import type { OpenVault } from './open-vault.ts';
import { wrapStorageKey } from './storage-key.ts';
import type { VaultKeys } from './vault-keys.ts';

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
  const vaultVersion = Math.max(resident.record?.vaultVersion ?? 1, sealed.version);
  await write(core, resident, { vault: sealed, vaultVersion });
}

/**
 * Replaces the local copy with a vault under another key, and the wrap of the storage key with one under
 * that key: one row, so that a store never lies beside a vault that does not open it. The lowest version to
 * be opened from here on is this one. Throws `locked` when the vault was closed before the write.
 */
export async function keepVaultUnder(
  keys: VaultKeys['keys'],
  options: { core: EngineCore; resident: Resident; vault: OpenVault; sealed: OpenVault['sealed'] },
): Promise<void> {
  const { core, resident, vault, sealed } = options;
  const { userId, storageKey: key } = vault;
  const { random } = core.platform;
  const storageKey = await wrapStorageKey({ userId, keys, storageKey: key, random });
  // A key of zeros, or under one, would shut the store for ever.
  if (!vault.isOpen()) throw new ClientError('locked');
  await write(core, resident, { vault: sealed, vaultVersion: sealed.version, storageKey });
}

async function write(
  core: EngineCore,
  resident: Resident,
  changed: Partial<DeviceRecord>,
): Promise<void> {
  const { record } = resident;
  if (!record || core.resident !== resident) return;
  resident.record = { ...record, ...changed };
  await resident.shelf.write(resident.record);
}
