import { equalBytes, isCryptoError, openVaultWithKey } from '@sotto/crypto';
import { changeVaultKey, openVaultAsDevice } from '@sotto/crypto/vault-keys';
import type { DeviceSealingKeys } from '@sotto/crypto/vault-keys';
import type { OpenedVault, SealedVault } from '@sotto/crypto';
import { ClientError, isClientError } from '../client-error.ts';
import type { DeviceKeys, SealingKeys } from '../devices/device-keys.ts';
import type { EngineCore, Resident } from '../engine/engine-core.ts';
import type { RandomSource } from '../platform.ts';
import { hasVaultsKey } from '../trust/assert-own-key.ts';
import type { CertifiedDevice, PersonTrust } from '../trust/person-trust.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import { keepVault, keepVaultUnder } from './keep-vault.ts';
import { isGenuineVault } from './open-vault.ts';
import type { OpenVault } from './open-vault.ts';
import { anchorOf, isAnchored } from './vault-anchor.ts';
import type { Anchor } from './vault-anchor.ts';
import { deriveVaultKeys, forgetVaultKeys } from './vault-keys.ts';
import type { VaultKeys } from './vault-keys.ts';

/*
 * A change of the vault key: made here, taken into use, or followed when another device made it. Loaded
 * with the first one: few sessions ever see any.
 */

/** A vault under another key than the one that is open. */
export interface NewVault {
  /** 32 secret bytes. */
  readonly vaultKey: Uint8Array;
  readonly sealedVault: SealedVault;
}

/**
 * The vault under a new key, wrapped under the chat password that was typed here, sealed to these devices and
 * to the recovery key that this password vouches for. Whoever had the vault open may have put another
 * recovery key there, or another password. Null when no password was typed here, when it is not the present
 * one, or vouches for no recovery key in the vault. Throws `locked` when the vault is closed.
 */
export async function makeNewVault(options: {
  vault: OpenVault;
  /** The manifest that comes with it. */
  anchor: NonNullable<Anchor>;
  /** Seed of the account key that this manifest names. */
  accountSeed: Uint8Array;
  /** All that this manifest certifies, this device as well. */
  devices: readonly CertifiedDevice[];
  keys: Pick<DeviceKeys, 'deviceId' | 'identity'>;
  random: RandomSource;
}): Promise<NewVault | null> {
  const { vault, anchor, accountSeed, devices, keys, random } = options;
  const { userId, vaultKey, sealed } = vault;
  const { deviceId, identity } = keys;
  const chatPassword = vault.chatPassword();
  if (chatPassword === null) return null;
  try {
    return await changeVaultKey({
      userId,
      vaultKey,
      sealedVault: sealed,
      chatPassword,
      contents: { accountSeed, anchor },
      sender: { userId, deviceId, identitySeed: identity.seed },
      recipients: devices.map(({ deviceId: to, sealingKey, hybridKey }) => ({
        userId,
        deviceId: to,
        publicKey: sealingKey,
        ...(hybridKey && { hybridKey }),
      })),
      random,
    });
  } catch (error) {
    // Keys that were overwritten under way say nothing about the vault.
    if (!vault.isOpen()) throw new ClientError('locked', { cause: error });
    if (isCryptoError(error, 'missing_key') || isCryptoError(error, 'open_failed')) return null;
    throw error;
  }
}

interface Here {
  core: EngineCore;
  resident: Resident;
  vault: OpenVault;
}

/**
 * Takes a vault under another key into use: on disk first, with the storage key under it, in one row; then
 * in place. Call it in a turn of `vault.changes`, with a vault that is known to be the account's. Throws
 * `locked` when the vault was closed before anything was written.
 */
export async function adoptVault({ next, ...here }: Here & { next: NewVault }): Promise<void> {
  const { userId } = here.vault;
  const { vaultKey, sealedVault } = next;
  const contents = await openVaultWithKey({ userId, vaultKey, sealedVault });
  await switchVault(here, sealedVault, await deriveVaultKeys(vaultKey, contents));
}

async function switchVault(here: Here, sealed: SealedVault, keys: VaultKeys): Promise<void> {
  try {
    await keepVaultUnder(keys.keys, { ...here, sealed });
  } catch (error) {
    forgetVaultKeys(keys);
    throw error;
  }
  here.vault.switchTo(keys, sealed);
}

/**
 * Takes a vault over that the relay hands out. A newer one under the key at hand is taken as it is. One under
 * another key only if the newest manifest of the own chain names its account key, a device that this
 * manifest certifies has sealed it to this one, it keeps the key at hand among the former ones, and the
 * chain goes through its anchor. Call it in a turn of `vault.changes`.
 *
 * Versions and anchors only rise, but for a vault that the chain has left behind: what is above it may be
 * the work of the device that was removed.
 *
 * False when it is not taken; what is at hand stays. True also for one that names a manifest which the
 * relay does not show: from then on nothing is signed or sealed before it does. Throws what the network throws.
 */
export async function takeVault(
  options: Here & { keys: DeviceKeys; trust: TrustStore; offered: SealedVault },
): Promise<boolean> {
  const { core, resident, vault, keys, trust, offered } = options;
  try {
    if (await isGenuineVault(vault, offered)) {
      if (!(await goesWithChain(vault, trust))) return false;
      await keepVault(core, resident, vault, offered);
      return true;
    }
    const own = await trust.refresh(vault.userId);
    if (offered.version <= vault.sealed.version && hasVaultsKey(own, vault)) return false;
    const opened = await openAsDevice(vault, keys, own, offered);
    if (!opened) return false;
    const isAhead = namesMore(vault, own, opened);
    const next = await follows(vault, own, opened);
    if (next) await switchVault({ core, resident, vault }, offered, next);
    if (next || !isAhead) return next !== undefined;
    const { anchor } = opened.contents;
    // Said once: who is told looks again, and would be told again.
    const isNews = !equalBytes(
      vault.ahead?.hash ?? new Uint8Array(0),
      anchor?.hash ?? new Uint8Array(0),
    );
    vault.ahead = anchor;
    return isNews;
  } catch (error) {
    // The alarm is with the own chain already.
    const refused = ['rollback', 'untrusted', 'not_found'] as const;
    if (refused.some((code) => isClientError(error, code))) return false;
    throw error;
  }
}

/**
 * A removed device has the key at hand too: once the chain has gone on to another account key, nothing under
 * that key is the account's any more.
 */
async function goesWithChain(vault: OpenVault, trust: TrustStore): Promise<boolean> {
  const known = await trust.person(vault.userId);
  if (!known || hasVaultsKey(known, vault)) return true;
  // The chain that is known here may be the one that is older.
  return hasVaultsKey(await trust.refresh(vault.userId), vault);
}

/** Opens what a device that is certified now sealed to this one; undefined when there is no such seal. */
async function openAsDevice(
  vault: OpenVault,
  keys: DeviceKeys,
  own: PersonTrust,
  offered: SealedVault,
): Promise<OpenedVault | undefined> {
  const { userId } = vault;
  const { deviceId } = keys;
  const [newest, ...former] = keys.sealing.map(sealingKeysOf);
  if (!newest) return undefined;
  try {
    return await openVaultAsDevice({
      userId,
      sealedVault: offered,
      recipient: { userId, deviceId, ...newest, former },
      findSenderKey: async (id) =>
        own.devices.find((device) => device.deviceId === id && mayHaveSealed(device, own))
          ?.identityKey,
    });
  } catch (error) {
    if (isCryptoError(error)) return undefined;
    throw error;
  }
}

/**
 * Who is certified, or was when the account key that signs now came: the vault key changed with it, and
 * whoever was removed since knows all that a seal of theirs could give away.
 */
const mayHaveSealed = ({ current, removedAtVersion }: CertifiedDevice, own: PersonTrust): boolean =>
  current || (own.succession !== undefined && (removedAtVersion ?? 0) > own.succession);

const sealingKeysOf = ({ sealing, hybrid }: SealingKeys): DeviceSealingKeys => ({
  publicKey: sealing.publicKey,
  privateKey: sealing.privateKey,
  ...(hybrid && { hybrid }),
});

/** Whether a vault that keeps the key at hand was made with a manifest that the relay has not shown. */
function namesMore(vault: OpenVault, own: PersonTrust, { contents }: OpenedVault): boolean {
  const { anchor, formerVaultKeys } = contents;
  const keepsOurs = formerVaultKeys.some((key) => equalBytes(key, vault.vaultKey));
  return keepsOurs && anchor !== undefined && anchor.version > own.version;
}

/** The keys of a vault that goes on from the one at hand; undefined when it does not. */
async function follows(
  vault: OpenVault,
  own: PersonTrust,
  { vaultKey, contents }: OpenedVault,
): Promise<VaultKeys | undefined> {
  const { anchor, formerVaultKeys } = contents;
  const before = hasVaultsKey(own, vault) ? await anchorOf(vault) : undefined;
  const keepsOurs = formerVaultKeys.some((key) => equalBytes(key, vault.vaultKey));
  const keys = await deriveVaultKeys(vaultKey, contents);
  const goesOn =
    keepsOurs &&
    hasVaultsKey(own, keys) &&
    anchor !== undefined &&
    anchor.version >= (before?.version ?? 0) &&
    isAnchored(own, anchor);
  if (goesOn) return keys;
  forgetVaultKeys(keys);
  return undefined;
}
