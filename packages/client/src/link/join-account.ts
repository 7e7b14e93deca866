import { equalBytes, isCryptoError, openVaultWithKey } from '@sotto/crypto';
import { limits } from '@sotto/protocol';
import { ClientError } from '../client-error.ts';
import type { EngineCore, Resident } from '../engine/engine-core.ts';
import { pinPerson } from '../trust/person-trust.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import { holdVault } from '../vault/open-vault.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { minimumVersionOf, openOrMakeDevice } from '../vault/unlock-flow.ts';
import type { OpenSteps } from '../vault/unlock-flow.ts';
import type { LinkedIn } from './asking-side.ts';

/**
 * Throws `too_many_devices` where the relay lists as many as an account can have: said before anybody
 * is asked, because joining would end in it.
 */
export async function assertRoom(core: EngineCore, resident: Resident): Promise<void> {
  resident.account = await core.http.call('getAccount', {});
  const active = resident.account.devices.filter(({ isActive }) => isActive);
  if (active.length >= limits.devicesPerAccount) throw new ClientError('too_many_devices');
}

/**
 * Opens the account with what another device handed over, and registers this one. Throws `untrusted` or
 * `rollback` unless the relay's vault and chain are those, or newer ones, of the device that answered.
 */
export async function joinAccount(options: {
  core: EngineCore;
  resident: Resident;
  linked: LinkedIn;
  onEnded: OpenSteps['onEnded'];
}): Promise<void> {
  const { core, resident, linked, onEnded } = options;
  const vault = await openDelivered(core, resident, linked);
  try {
    // The relay is asked again before anything is signed, and may keep the vault's anchor low.
    const { manifestVersion: version, manifestHash: hash } = linked.delivery;
    const reached = { version, hash };
    await openOrMakeDevice({ core, resident, vault, reached, onEnded });
  } catch (error) {
    vault.close();
    throw error;
  }
}

async function openDelivered(
  core: EngineCore,
  resident: Resident,
  { answer, delivery }: LinkedIn,
): Promise<OpenVault> {
  const { userId } = resident;
  const account = await core.http.call('getAccount', {});
  resident.account = account;
  const sealed = account.vault;
  if (!sealed) throw new ClientError('rollback');
  const minimumVersion = Math.max(delivery.vaultVersion, minimumVersionOf(resident));
  const { vaultKey } = delivery;
  const contents = await openVaultWithKey({
    userId,
    vaultKey,
    sealedVault: sealed,
    minimumVersion,
  }).catch((error: unknown) => {
    if (isCryptoError(error, 'rollback')) throw new ClientError('rollback', { cause: error });
    throw error;
  });
  const vault = await holdVault({
    userId,
    // A copy: the vault overwrites its own when it closes, and joining may have to be tried again.
    vaultKey: Uint8Array.from(vaultKey),
    contents,
    sealed,
    chatPassword: null,
  });
  try {
    const accountKey = vault.accountKey.publicKey;
    if (!equalBytes(accountKey, answer.accountKey)) throw new ClientError('untrusted');
    const entries = account.manifests;
    assertReached(await pinPerson({ userId, accountKey, entries }), { answer, delivery });
    return vault;
  } catch (error) {
    vault.close();
    throw error;
  }
}

/** The chain goes through the manifest that was named, and certifies the device that answered. */
function assertReached(own: PersonTrust, { answer, delivery }: LinkedIn): void {
  const { manifestVersion, manifestHash } = delivery;
  const named = own.seen?.find(({ version }) => version === manifestVersion);
  if (!named || !equalBytes(named.hash, manifestHash)) throw new ClientError('rollback');
  const device = own.devices.find(({ deviceId }) => deviceId === answer.deviceId);
  if (!device?.current || !equalBytes(device.identityKey, answer.identityKey)) {
    throw new ClientError('untrusted');
  }
}
