import { equalBytes } from '@sotto/crypto';
import type { ManifestDevice } from '@sotto/crypto';
import { nameSchema } from '@sotto/protocol';
import type { DeviceId } from '@sotto/protocol';
import { ClientError, isClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import { createSerialQueue } from '../engine/serial-queue.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import { generateSealingKeys } from './device-keys.ts';
import type { DeviceKeys, SealingKeys } from './device-keys.ts';
import { hashName } from './devices-view.ts';
import { publishManifest } from './publish-manifest.ts';
import { changeDueKeys, removeDevice } from './remove-device.ts';
import type { VaultExchange } from './remove-device.ts';

const dayMs = 86_400_000;
/** Sealing keys are exchanged after this; former ones are kept as long again. */
const sealingKeyLifeMs = 90 * dayMs;

/** Changes of the own manifest. Loaded with the first one: most sessions make none. */
export interface DeviceChanges {
  /** Throws `name_invalid`, `not_found`. */
  rename(deviceId: DeviceId, name: string): Promise<void>;
  /** Throws `forbidden` for this device, `not_found`; and as {@link removeDevice}. */
  remove(deviceId: DeviceId): Promise<void>;
  /** Changes the keys if a removal left that to be done; false when this device cannot. */
  changeKeys(): Promise<boolean>;
  /** Exchanges sealing keys that are old or not hybrid, drops former ones. */
  keepSealingKeys(own: PersonTrust): Promise<void>;
}

export function createDeviceChanges(options: {
  context: AccountContext;
  trust: TrustStore;
  /** Writes this device's private halves to disk. */
  keepKeys: (keys: DeviceKeys) => Promise<void>;
  raiseAnchor: (own: PersonTrust) => Promise<void>;
  followVault: () => Promise<void>;
  vaultExchange: VaultExchange;
}): DeviceChanges {
  const { context, keepKeys, raiseAnchor } = options;
  const { deviceId: thisDevice, keys, platform } = context;
  const { clock, random } = platform;
  /** One manifest of this device at a time. */
  const turns = createSerialQueue();

  async function change(
    next: (devices: ManifestDevice[]) => ManifestDevice[] | null,
    names: { deviceId: DeviceId; name: string }[] = [],
  ): Promise<void> {
    const own = await turns.run(() => publishManifest({ ...options, change: next, names }));
    // Manifest first: an anchor that a crash leaves too low is raised by the next device.
    await raiseAnchor(own).catch(() => undefined);
  }

  /** The newest keys, or ones made and kept on disk before a manifest lists them. */
  async function freshKeys(): Promise<SealingKeys> {
    const [newest, ...former] = keys.sealing;
    const isYoung = newest.hybrid !== null && clock.now() - newest.madeAtMs < sealingKeyLifeMs;
    if (isYoung) return newest;
    const next = await generateSealingKeys(clock.now(), random);
    await keepKeys({ ...keys, sealing: [next, newest, ...former] });
    keys.sealing = [next, newest, ...former];
    return next;
  }

  /** Each was superseded when the one before it was made. */
  async function dropFormer(): Promise<void> {
    const [newest, ...former] = keys.sealing;
    const all = [newest, ...former];
    const nowMs = clock.now();
    const left = former.filter((_, at) => nowMs - (all[at]?.madeAtMs ?? 0) < sealingKeyLifeMs);
    if (left.length === former.length) return;
    await keepKeys({ ...keys, sealing: [newest, ...left] });
    keys.sealing = [newest, ...left];
  }

  async function keepSealingKeys(own: PersonTrust): Promise<void> {
    const { sealing, hybrid } = await freshKeys();
    const isOurs = ({ deviceId }: { deviceId: string }) => deviceId === thisDevice;
    const listsThem = (device: { sealingKey: Uint8Array; hybridKey?: Uint8Array | undefined }) =>
      equalBytes(device.sealingKey, sealing.publicKey) &&
      equalBytes(device.hybridKey ?? new Uint8Array(0), hybrid?.publicKey ?? new Uint8Array(0));
    const mine = own.devices.find((device) => isOurs(device) && device.current);
    if (mine && !listsThem(mine)) {
      await change((devices) => {
        const before = devices.find(isOurs);
        if (!before || listsThem(before)) return null;
        const after = { ...before, sealingKey: sealing.publicKey };
        const next = hybrid ? { ...after, hybridKey: hybrid.publicKey } : after;
        return devices.map((device) => (device === before ? next : device));
      });
    }
    await dropFormer();
  }

  return {
    keepSealingKeys,
    changeKeys: () => turns.run(() => changeDueKeys(options)),
    async rename(deviceId, name) {
      const parsed = nameSchema.safeParse(name);
      if (!parsed.success) throw new ClientError('name_invalid');
      const nameHash = await hashName(parsed.data);
      await change(
        (devices) => {
          const device = devices.find((one) => one.deviceId === deviceId);
          if (!device) throw new ClientError('not_found');
          if (equalBytes(device.nameHash, nameHash)) return null;
          return devices.map((one) => (one === device ? { ...one, nameHash } : one));
        },
        [{ deviceId, name: parsed.data }],
      );
    },
    async remove(deviceId) {
      if (deviceId === thisDevice) throw new ClientError('forbidden');
      const changed = await turns
        .run(() => removeDevice(options, deviceId))
        .catch((error: unknown) => {
          // A vault that nobody can follow must not keep a device in that stored it: the keys are due then.
          if (isClientError(error, 'conflict')) return false;
          throw error;
        });
      if (changed) return;
      await change((devices) => {
        const left = devices.filter((one) => one.deviceId !== deviceId);
        if (left.length === devices.length) throw new ClientError('not_found');
        return left;
      });
    },
  };
}
