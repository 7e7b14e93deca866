import { rewrapVault } from '@sotto/crypto';
import { deviceIdSchema } from '@sotto/protocol';
import { ClientError, isClientError } from '../client-error.ts';
import { generateDeviceKeys, openDeviceKeys, sealDeviceKeys } from '../devices/device-keys.ts';
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
import { isTransient } from '../transport/wire-failure.ts';
import { isGenuineVault, openWithPassword, openWithRecoveryKey } from './open-vault.ts';
import { keepVault } from './keep-vault.ts';
import type { OpenVault } from './open-vault.ts';
import { publishVault } from './publish-vault.ts';

/** What the steps of opening share. */
export interface OpenSteps {
  core: EngineCore;
  resident: Resident;
  vault: OpenVault;
  onEnded: Parameters<typeof openAccount>[0]['onEnded'];
  /** Runs when the device may act for the account, before anything is shown. */
  beforeOpen?: () => Promise<void>;
}

/** The sealed vault to open: the newer of this device's copy and what the relay handed out at sign-in. */
function sealedOf(resident: Resident): OpenVault['sealed'] {
  const local = resident.record?.vault ?? null;
  const remote = resident.account?.vault ?? null;
  const sealed = remote && remote.version > (local?.version ?? 0) ? remote : local;
  if (!sealed) throw new ClientError('signed_out');
  return sealed;
}

const minimumVersionOf = (resident: Resident): number => resident.record?.vaultVersion ?? 1;

/**
 * Opens the vault with the chat password, counting wrong ones. While signed in, a password that does
 * not open this device's copy is tried on a newer version from the relay: it may have been changed on
 * another device.
 */
export async function openVaultHere(
  core: EngineCore,
  resident: Resident,
  chatPassword: string,
): Promise<OpenVault> {
  const { tries } = resident;
  await tries.begin();
  const open = () => openNewest(resident, chatPassword);
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
 * The newest vault, or this device's own copy when the password opens that one and what the relay
 * handed out was not made with its key: a forged vault must not shut anybody out.
 */
async function openNewest(resident: Resident, chatPassword: string): Promise<OpenVault> {
  const { userId, record } = resident;
  const minimumVersion = minimumVersionOf(resident);
  const sealed = sealedOf(resident);
  const local = record?.vault ?? sealed;
  const open = (which: OpenVault['sealed']) =>
    openWithPassword({ userId, chatPassword, sealed: which, minimumVersion });
  try {
    return await open(sealed);
  } catch (error) {
    if (local === sealed) throw error;
    const vault = await open(local);
    if (!(await isGenuineVault(vault, sealed))) {
      resident.account = resident.account && { ...resident.account, vault: null };
      return vault;
    }
    vault.close();
    throw error;
  }
}

/** Asks the relay for a newer vault; false when there is none or it cannot be asked. */
async function refreshVault(core: EngineCore, resident: Resident): Promise<boolean> {
  if (core.auth.identity()?.userId !== resident.userId) return false;
  const before = sealedOf(resident).version;
  resident.account = await core.http.call('getAccount', {}).catch(() => resident.account);
  return sealedOf(resident).version > before;
}

/** Goes on with the device keys that are here, or makes some. */
export function openOrMakeDevice(steps: OpenSteps): Promise<void> {
  return steps.resident.record ? openDevice(steps) : makeDevice(steps);
}

/** Opens the account on an installation that has its device keys, registered or not yet. */
async function openDevice(steps: OpenSteps): Promise<void> {
  const { core, resident, vault, onEnded, beforeOpen } = steps;
  const { record, userId } = resident;
  if (!record) throw new ClientError('internal');
  const keys = await openDeviceKeys({
    sealedKeys: record.sealedKeys,
    userId,
    deviceId: record.deviceId,
    storageKey: vault.keys.localStorageKey,
  });
  await restoreAuthSession(core, resident, vault);
  if (!record.registered) return await register(steps, keys);
  if (record.vault?.version !== vault.sealed.version) {
    await keepVault(core, resident, vault, vault.sealed);
  }
  await bindSession(core, resident, keys).catch((error: unknown) => {
    // Offline: the connection does it before anything else.
    if (!isTransient(error)) throw error;
  });
  await keepAuthSession(core, resident, vault, core.auth.serialized());
  await beforeOpen?.();
  await openAccount({ core, resident, vault, keys, onEnded });
}

/**
 * Makes this installation a device. The record with the sealed keys is on disk before the relay
 * hears of them: whatever stops this half-way, the next unlock goes on with the same keys.
 */
async function makeDevice(steps: OpenSteps): Promise<void> {
  const { core, resident, vault } = steps;
  const { random } = core.platform;
  const { userId, shelf } = resident;
  const deviceId = deviceIdSchema.parse(randomUuid(random));
  const keys = await generateDeviceKeys(deviceId, core.platform.clock.now(), random);
  const storageKey = vault.keys.localStorageKey;
  const sealedKeys = await sealDeviceKeys({ keys, userId, storageKey, random });
  await keepAuthSession(core, resident, vault, core.auth.serialized());
  resident.record = {
    format: 1,
    deviceId,
    registered: false,
    vault: vault.sealed,
    vaultVersion: vault.sealed.version,
    sealedKeys,
    boundSessionId: null,
  };
  await shelf.write(resident.record);
  if (core.storage) await writeCurrentUser(core.storage, userId);
  await register(steps, keys);
}

async function register(steps: OpenSteps, keys: DeviceKeys): Promise<void> {
  const { core, resident, vault, onEnded, beforeOpen } = steps;
  const { platform, http, auth } = core;
  const authSessionId = auth.identity()?.sessionId;
  if (authSessionId === undefined || !resident.record) throw new ClientError('signed_out');
  const own = await registerDevice({ platform, http, vault, keys, authSessionId });
  resident.record = { ...resident.record, registered: true, boundSessionId: authSessionId };
  await resident.shelf.write(resident.record);
  await beforeOpen?.();
  await openAccount({ core, resident, vault, keys, own, onEnded });
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
  const vault = await openWithRecoveryKey({
    userId,
    recoveryKey,
    newChatPassword,
    sealed: sealedOf(resident),
    minimumVersion: minimumVersionOf(resident),
  });
  const { vaultKey } = vault;
  const { random } = core.platform;
  const change = (sealedVault: OpenVault['sealed']) =>
    rewrapVault({ userId, vaultKey, newChatPassword, sealedVault, random });
  // Until the relay has the new version, the old one is what this device keeps.
  const beforeOpen = async () => {
    await publishVault({ core, resident, vault, change });
    await resident.tries.succeed();
  };
  const steps = { core, resident, vault, onEnded, beforeOpen };
  try {
    await openOrMakeDevice(steps);
  } catch (error) {
    vault.close();
    throw error;
  }
}
