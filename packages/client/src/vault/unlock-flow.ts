import { rewrapVault } from '@sotto/crypto';
import { deviceIdSchema } from '@sotto/protocol';
import { ClientError, isClientError } from '../client-error.ts';
import { generateDeviceKeys, sealDeviceKeys } from '../devices/device-keys.ts';
import type { DeviceKeys } from '../devices/device-keys.ts';
import { writeCurrentUser } from '../devices/device-record.ts';
import { registerDevice } from '../devices/register-device.ts';
import type { EngineCore, Resident } from '../engine/engine-core.ts';
import {
  bindSession,
  keepAuthSession,
  openAccount,
  restoreAuthSession,
} from '../engine/open-account.ts';
import { randomUuid } from '../engine/random-id.ts';
import { keysUnder } from '../storage/record-keys.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import { pinnedRows } from '../trust/trust-store.ts';
import { isTransient } from '../transport/wire-failure.ts';
import {
  isGenuineVault,
  openWithPassword,
  openWithRecoveryKey,
  vaultFailure,
} from './open-vault.ts';
import { goesOnFromHere, openKeysHere, opensDevice } from './continuity.ts';
import { keepVaultUnder } from './keep-vault.ts';
import type { OpenVault } from './open-vault.ts';
import { publishVault } from './publish-vault.ts';
import { openStorageKey, wrapStorageKey } from './storage-key.ts';
import type { Anchor } from './vault-anchor.ts';
import { isSameVault } from './vault-record.ts';

/** What the steps of opening share. */
export interface OpenSteps {
  core: EngineCore;
  resident: Resident;
  vault: OpenVault;
  onEnded: Parameters<typeof openAccount>[0]['onEnded'];
  /** A manifest besides the vault's anchor that a chain to register on must go through. */
  reached?: Anchor;
  /** Runs when the device may act for the account, before anything is shown; `own` if it was just registered. */
  beforeOpen?: (own?: PersonTrust) => Promise<void>;
}

/**
 * The sealed vault to open: the newer of this device's copy and what the relay handed out. The copy of a
 * device that was never registered counts only where there is no other: nothing was certified with it.
 */
function sealedOf(resident: Resident): OpenVault['sealed'] {
  const { record, account } = resident;
  const local = record?.vault ?? null;
  const remote = account?.vault ?? null;
  const isNewer = !record?.registered || (remote?.version ?? 0) > (local?.version ?? 0);
  const sealed = remote && isNewer ? remote : local;
  if (!sealed) throw new ClientError('signed_out');
  return sealed;
}

/** Below this, a vault is a rollback for this device. */
export const minimumVersionOf = ({ record }: Resident): number =>
  record?.registered ? record.vaultVersion : 1;

/**
 * Opens the vault with the chat password, counting wrong ones. While signed in, a password that does
 * not open this device's copy is tried on a newer version from the relay: it may have been changed on
 * another device.
 */
async function openVaultHere(
  core: EngineCore,
  resident: Resident,
  chatPassword: string,
): Promise<OpenVault> {
  const { tries } = resident;
  await tries.begin();
  const { userId } = resident;
  const open = () =>
    openNewest(core, resident, (sealed) =>
      openWithPassword({
        userId,
        chatPassword,
        sealed,
        minimumVersion: minimumVersionOf(resident),
      }),
    );
  try {
    const vault = await open().catch(async (error: unknown) => {
      if (!isClientError(error, 'wrong_chat_password')) throw error;
      if (!(await refreshVault(core, resident))) throw error;
      return await open();
    });
    await tries.succeed();
    return vault;
  } catch (error) {
    if (!isClientError(error, 'wrong_chat_password')) {
      await tries.cancel();
      throw error;
    }
    const retryAtMs = await tries.retryAtMs();
    throw new ClientError('wrong_chat_password', { retryAtMs, cause: error });
  }
}

/**
 * The newest vault. This device's own copy instead when that opens and what the relay handed out was not
 * made with its key, or does not go on from what this device has: a forged vault must not shut anybody out,
 * nor be taken because it opens. What it is, is decided once the account is open and the relay is asked.
 *
 * Throws `rollback` for a vault that does not go on from here where there is no copy.
 */
async function openNewest(
  core: EngineCore,
  resident: Resident,
  open: (sealed: OpenVault['sealed']) => Promise<OpenVault>,
): Promise<OpenVault> {
  const local = resident.record?.vault ?? null;
  const sealed = sealedOf(resident);
  if (sealed === local) return await open(sealed);
  let refusal: unknown = new ClientError('rollback');
  try {
    const vault = await open(sealed);
    if (await goesOnFromHere(core, resident, vault)) return vault;
    vault.close();
  } catch (error) {
    refusal = error;
  }
  if (!local) throw refusal;
  const vault = await open(local);
  if (await isGenuineVault(vault, sealed)) {
    vault.close();
    throw refusal;
  }
  resident.account = resident.account && { ...resident.account, vault: null };
  return vault;
}

/** Asks the relay for another vault to open; false when there is none or it cannot be asked. */
async function refreshVault(core: EngineCore, resident: Resident): Promise<boolean> {
  if (core.auth.identity()?.userId !== resident.userId) return false;
  const before = sealedOf(resident);
  resident.account = await core.http.call('getAccount', {}).catch(() => resident.account);
  return !isSameVault(sealedOf(resident), before);
}

/** Goes on with the device keys that are here, or makes some. */
export async function openOrMakeDevice(steps: OpenSteps): Promise<void> {
  const { resident, vault } = steps;
  const { record } = resident;
  // Keys that were never registered may lie under a vault that turned out not to be the account's.
  const isUsable = record && (record.registered || (await opensDevice(resident, vault)));
  await (isUsable ? openDevice(steps) : makeDevice(steps));
}

/** Opens the account on an installation that has its device keys, registered or not yet. */
async function openDevice(steps: OpenSteps): Promise<void> {
  const { core, resident, vault, onEnded, beforeOpen } = steps;
  const { record } = resident;
  if (!record) throw new ClientError('internal');
  const keys = await openKeysHere(resident, vault);
  await restoreAuthSession(core, resident, vault);
  if (!record.vault || !isSameVault(record.vault, vault.sealed)) {
    // It may be under another key than the copy that lies here.
    await keepVaultUnder(vault.keys, { core, resident, vault, sealed: vault.sealed });
  }
  if (!record.registered) return await register(steps, keys);
  await bindSession(core, resident, keys).catch((error: unknown) => {
    // Offline: the connection does it before anything else.
    if (!isTransient(error)) throw error;
  });
  await keepAuthSession(core, resident, vault, core.auth.serialized());
  await beforeOpen?.();
  await openAccount({ core, resident, vault, keys, onEnded });
}

/**
 * Makes this installation a device. The record with storage key and sealed keys is on disk before anything
 * else is sealed, and before the relay hears of them: whatever stops this half-way, the next unlock goes on
 * with the same keys.
 */
async function makeDevice(steps: OpenSteps): Promise<void> {
  const { core, resident, vault } = steps;
  const { random } = core.platform;
  const { userId, shelf } = resident;
  const deviceId = deviceIdSchema.parse(randomUuid(random));
  const keys = await generateDeviceKeys(deviceId, core.platform.clock.now(), random);
  vault.useStorageKey((await keptStorageKey(resident, vault)) ?? Uint8Array.from(random(32)));
  const { storageKey } = vault;
  const sealedKeys = await sealDeviceKeys({ keys, userId, storageKey, random });
  const wrapped = await wrapStorageKey({ userId, keys: vault.keys, storageKey, random });
  if (!vault.isOpen()) throw new ClientError('locked');
  resident.record = {
    format: 1,
    deviceId,
    registered: false,
    vault: vault.sealed,
    vaultVersion: vault.sealed.version,
    storageKey: wrapped,
    sealedKeys,
    boundSessionId: null,
  };
  await shelf.write(resident.record);
  await keepAuthSession(core, resident, vault, core.auth.serialized());
  if (core.storage) await writeCurrentUser(core.storage, userId);
  await register(steps, keys);
}

/** What is pinned of people outlives a device that the relay called removed, with the key that it is sealed under. */
async function keptStorageKey(
  { shelf }: Resident,
  vault: OpenVault,
): Promise<Uint8Array | undefined> {
  const kept = await shelf.readKeptKey();
  const range = { ...keysUnder(pinnedRows.prefix), limit: 1 };
  const isPinned = (await shelf.storage.range(pinnedRows.table, range)).length > 0;
  if (!kept && !isPinned) return undefined;
  return await openStorageKey(vault, kept).catch((error: unknown) => {
    // Of another vault, or of one from before the key was changed: what is pinned here knows better.
    if (isClientError(error, 'internal')) throw new ClientError('rollback', { cause: error });
    throw error;
  });
}

async function register(steps: OpenSteps, keys: DeviceKeys): Promise<void> {
  const { core, resident, vault, onEnded, beforeOpen, reached } = steps;
  const { platform, http, auth } = core;
  const authSessionId = auth.identity()?.sessionId;
  if (authSessionId === undefined || !resident.record) throw new ClientError('signed_out');
  const own = await registerDevice({
    platform,
    http,
    vault,
    keys,
    authSessionId,
    ...(reached && { reached }),
  });
  resident.record = { ...resident.record, registered: true, boundSessionId: authSessionId };
  await resident.shelf.write(resident.record);
  await beforeOpen?.(own);
  await openAccount({ core, resident, vault, keys, own, onEnded });
}

/**
 * Opens with the chat password. A device that is not registered yet may have been handed a vault that was
 * changed since: it is asked for once more.
 */
export async function unlockAccount(options: {
  core: EngineCore;
  resident: Resident;
  chatPassword: string;
  onEnded: OpenSteps['onEnded'];
}): Promise<void> {
  const { core, resident, chatPassword, onEnded } = options;
  const open = async () => {
    const vault = await openVaultHere(core, resident, chatPassword);
    await closingOnFailure(vault, openOrMakeDevice({ core, resident, vault, onEnded }));
  };
  await open().catch(async (error: unknown) => {
    if (!isClientError(error, 'rollback') || resident.record?.registered) throw error;
    if (!(await refreshVault(core, resident))) throw error;
    await open();
  });
}

async function closingOnFailure(vault: OpenVault, task: Promise<void>): Promise<void> {
  try {
    await task;
  } catch (error) {
    vault.close();
    throw error;
  }
}

/** Opens with the recovery key, publishes the vault under the new chat password, opens the account. */
export async function recoverAccount(options: {
  core: EngineCore;
  resident: Resident;
  recoveryKey: string;
  newChatPassword: string;
  onEnded: OpenSteps['onEnded'];
}): Promise<void> {
  const { core, resident, recoveryKey, newChatPassword, onEnded } = options;
  const { userId } = resident;
  await refreshVault(core, resident);
  const vault = await openNewest(core, resident, (sealed) =>
    openWithRecoveryKey({
      userId,
      recoveryKey,
      newChatPassword,
      sealed,
      minimumVersion: minimumVersionOf(resident),
    }),
  );
  const { random } = core.platform;
  const change = (sealedVault: OpenVault['sealed']) => {
    const { vaultKey } = vault;
    const input = { userId, vaultKey, recoveryKey, newChatPassword, sealedVault, random };
    // One from another device that this key does not open: it was made anew there meanwhile.
    return rewrapVault(input).catch((error: unknown) => {
      throw vaultFailure(error, 'wrong_recovery_key');
    });
  };
  // Until the relay has the new version, the old one is what this device keeps.
  const beforeOpen = async () => {
    await publishVault({ core, resident, vault, change });
    await resident.tries.succeed();
  };
  const steps = { core, resident, vault, onEnded, beforeOpen };
  await closingOnFailure(vault, openOrMakeDevice(steps));
}
