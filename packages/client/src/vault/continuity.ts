import { ClientError, isClientError } from '../client-error.ts';
import { forgetDeviceKeys, openDeviceKeys } from '../devices/device-keys.ts';
import type { DeviceKeys } from '../devices/device-keys.ts';
import type { EngineCore, Resident } from '../engine/engine-core.ts';
import { createSealedStore, ifDamaged } from '../storage/sealed-store.ts';
import { hasVaultsKey } from '../trust/assert-own-key.ts';
import { followPerson, personTrustSchema } from '../trust/person-trust.ts';
import { pinnedRows } from '../trust/trust-store.ts';
import type { OpenVault } from './open-vault.ts';
import { openStorageKey } from './storage-key.ts';
import { anchorOf, isAnchored } from './vault-anchor.ts';

/** Opens the storage key that lies here, and with it the device keys. Throws `internal`. */
export async function openKeysHere(
  { record, userId }: Resident,
  vault: OpenVault,
): Promise<DeviceKeys> {
  if (!record) throw new ClientError('internal');
  const { deviceId, sealedKeys, storageKey: wrapped } = record;
  vault.useStorageKey(await openStorageKey(vault, wrapped));
  return await openDeviceKeys({ sealedKeys, userId, deviceId, storageKey: vault.storageKey });
}

/** Whether the vault's key, or a former one that it keeps, opens what lies here. */
export async function opensDevice(resident: Resident, vault: OpenVault): Promise<boolean> {
  try {
    forgetDeviceKeys(await openKeysHere(resident, vault));
    return true;
  } catch (error) {
    if (isClientError(error, 'internal')) return false;
    throw error;
  }
}

/**
 * Whether a vault from the relay goes on from what this device has: its key, or a former one that it keeps,
 * opens what lies here, and its account key signed the newest manifest known here, or the manifests that came
 * with it lead from that one through its anchor to its account key. That a password opens it says little:
 * whoever had the account open once can seal a vault of their own to that password.
 */
export async function goesOnFromHere(
  core: EngineCore,
  resident: Resident,
  vault: OpenVault,
): Promise<boolean> {
  const { record, account, shelf, userId } = resident;
  // Nothing is known of the account yet: registering looks at its chain.
  if (!record?.registered) return true;
  if (!(await opensDevice(resident, vault))) return false;
  const store = createSealedStore({
    storage: shelf.storage,
    storageKey: vault.storageKey,
    random: core.platform.random,
    isOpen: () => vault.isOpen(),
  });
  const known = await store
    .read(pinnedRows.table, `${pinnedRows.prefix}${userId}`, personTrustSchema)
    .catch(ifDamaged(() => undefined));
  if (!known || hasVaultsKey(known, vault)) return true;
  try {
    const own = await followPerson(known, account?.manifests.slice(known.version - 1) ?? []);
    return hasVaultsKey(own, vault) && isAnchored(own, await anchorOf(vault));
  } catch (error) {
    if (isClientError(error, 'rollback') || isClientError(error, 'untrusted')) return false;
    throw error;
  }
}
