import { parseDeviceManifest, sha256, signDeviceManifest, utf8 } from '@sotto/crypto';
import type { DeviceManifest, ManifestDevice } from '@sotto/crypto';
import type { UserId } from '@sotto/protocol';
import { ClientError, isClientError } from '../client-error.ts';
import type { Platform } from '../platform.ts';
import type { HttpClient, RouteOutput } from '../transport/http-client.ts';
import { pinPerson } from '../trust/person-trust.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { anchorOf, assertAnchored } from '../vault/vault-anchor.ts';
import type { Anchor } from '../vault/vault-anchor.ts';
import type { DeviceKeys } from './device-keys.ts';
import { signSessionProof } from './device-proof.ts';

export type Account = RouteOutput<'getAccount'>;

const attempts = 5;
const zeros = new Uint8Array(32);

/** The own chain as the relay hands it out, ending in the account key from the vault; undefined before the first device. */
async function verifyOwnChain(
  userId: UserId,
  accountKey: Uint8Array,
  account: Account,
): Promise<PersonTrust | undefined> {
  // Devices come with a manifest: without one, the chain is being withheld to have it begun anew.
  if (account.manifests.length === 0 && account.devices.length > 0) {
    throw new ClientError('rollback');
  }
  if (account.manifests.length === 0) return undefined;
  return await pinPerson({ userId, accountKey, entries: account.manifests });
}

/**
 * Makes this installation a device of the account: the next manifest, signed by the account key,
 * lists the devices before it and this one. Safe to repeat after a crash or a lost answer; another
 * device that registers at the same moment makes it start over from the newer manifest.
 *
 * Throws `rollback`, before anything is signed, for a chain that does not go through the vault's anchor and `reached`,
 * or goes on to another account key than the vault's; `too_many_devices`.
 */
export async function registerDevice(options: {
  platform: Platform;
  http: HttpClient;
  vault: OpenVault;
  keys: DeviceKeys;
  authSessionId: string;
  /** What another device of the account says it has reached: it may be newer than what the vault names. */
  reached?: Anchor;
}): Promise<PersonTrust> {
  const { platform, http, vault, keys, authSessionId, reached } = options;
  const { userId } = vault;
  const { random } = platform;
  const sessionProof = await signSessionProof({ keys, userId, authSessionId, random });
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const account = await http.call('getAccount', {});
    const own = await verifyOwnChain(userId, vault.accountKey.publicKey, account);
    assertAnchored(own, await anchorOf(vault));
    assertAnchored(own, reached);
    const listed = account.devices.find(({ deviceId }) => deviceId === keys.deviceId);
    if (listed && !listed.isActive) throw new ClientError('device_revoked');
    if (own && listed && own.devices.some((device) => isOurs(device, keys) && device.current)) {
      await http.call('bindDeviceSession', {
        params: { deviceId: keys.deviceId },
        body: { sessionProof },
      });
      return own;
    }
    const manifest = await nextManifest({ platform, vault, keys, own, account });
    const { body, signature } = await signDeviceManifest({
      manifest,
      accountSeed: vault.accountKey.seed,
      random,
    });
    try {
      await http.call('registerDevice', {
        body: {
          deviceId: keys.deviceId,
          name: platform.deviceName,
          deviceType: platform.deviceType,
          manifest: { version: manifest.version, body, signature },
          sessionProof,
        },
      });
    } catch (error) {
      if (isClientError(error, 'conflict')) continue;
      // Nothing else in this request grows.
      if (isClientError(error, 'too_large')) {
        throw new ClientError('too_many_devices', { cause: error });
      }
      throw error;
    }
    const entries = [...account.manifests, { body, signature }];
    return await pinPerson({ userId, accountKey: vault.accountKey.publicKey, entries });
  }
  throw new ClientError('conflict');
}

const isOurs = (device: { deviceId: string }, keys: DeviceKeys): boolean =>
  device.deviceId === keys.deviceId;

function lowestFree(numbers: readonly number[]): number {
  let number = 1;
  while (numbers.includes(number)) number += 1;
  return number;
}

async function nextManifest(options: {
  platform: Platform;
  vault: OpenVault;
  keys: DeviceKeys;
  own: PersonTrust | undefined;
  account: Account;
}): Promise<DeviceManifest> {
  const { platform, vault, keys, own, account } = options;
  const nowMs = platform.clock.now();
  const newest = account.manifests.at(-1);
  const before = newest ? parseDeviceManifest(newest.body).devices : [];
  const [{ sealing, hybrid }] = keys.sealing;
  const numbers = own?.devices.map(({ number }) => number) ?? [];
  const device: ManifestDevice = {
    deviceId: keys.deviceId,
    // Numbers are never given twice, also not after a device was removed. The lowest that is left: one that a
    // stolen device took far above the others must not use them up.
    number: lowestFree(numbers),
    nameHash: await sha256(utf8(platform.deviceName)),
    identityKey: keys.identity.publicKey,
    sealingKey: sealing.publicKey,
    ...(hybrid && { hybridKey: hybrid.publicKey }),
    addedAtMs: nowMs,
  };
  if (device.number > 127) throw new ClientError('too_many_devices');
  return {
    userId: vault.userId,
    version: (own?.version ?? 0) + 1,
    previousHash: own?.hash ?? zeros,
    accountKey: vault.accountKey.publicKey,
    devices: [...before.filter((other) => !isOurs(other, keys)), device],
    timeMs: nowMs,
  };
}
