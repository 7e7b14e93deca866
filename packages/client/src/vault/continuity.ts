import { isClientError } from '../client-error.ts';
import { forgetDeviceKeys, openDeviceKeys } from '../devices/device-keys.ts';
import type { EngineCore, Resident } from '../engine/engine-core.ts';
import { createSealedStore, ifDamaged } from '../storage/sealed-store.ts';
import { hasVaultsKey } from '../trust/assert-own-key.ts';
import { followPerson, personTrustSchema } from '../trust/person-trust.ts';
import { pinnedRows } from '../trust/trust-store.ts';
import type { OpenVault } from './open-vault.ts';
import { openStorageKey } from './storage-key.ts';
import { anchorOf, isAnchored } from './vault-anchor.ts';

/**
 * Whether a vault from the relay goes on from what this device has: its key, or a former one that it keeps,
 * opens what lies here, and its account key signed the newest manifest known here, or the manifests that came
 * with it lead from that one through its anchor to its account key. That a password opens it says little: whoever had the account
 * open once can seal a vault of their own to that password.
 */
export async function goesOnFromHere(
  core: EngineCore,
  resident: Resident,
  vault: OpenVault,
): Promise<boolean> {
  const { record, account, shelf, userId } = resident;
  if (!record) return true;
  try {
    vault.useStorageKey(await openStorageKey(vault, record.storageKey));
    const { storageKey } = vault;
    const { deviceId, sealedKeys } = record;
    forgetDeviceKeys(await openDeviceKeys({ sealedKeys, userId, deviceId, storageKey }));
    const store = createSealedStore({
      storage: shelf.storage,
      storageKey,
      random: core.platform.random,
      isOpen: () => vault.isOpen(),
    });
    const known = await store
      .read(pinnedRows.table, `${pinnedRows.prefix}${userId}`, personTrustSchema)
      .catch(ifDamaged(() => undefined));
    // Nothing is known of the own chain before the device is registered: registering looks at it.
    if (!known || hasVaultsKey(known, vault)) return true;
    const entries = account?.manifests.slice(known.version - 1) ?? [];
    const own = await followPerson(known, entries);
    return hasVaultsKey(own, vault) && isAnchored(own, await anchorOf(vault));
  } catch (error) {
    const refused = ['internal', 'rollback', 'untrusted'] as const;
    if (refused.some((code) => isClientError(error, code))) return false;
    throw error;
  }
}
