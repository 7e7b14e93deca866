import { equalBytes } from '@sotto/crypto';
import type { ManifestDevice } from '@sotto/crypto';
import { deviceIdSchema, deviceTypeSchema, nameSchema, timeMsSchema } from '@sotto/protocol';
import type { DeviceId } from '@sotto/protocol';
import * as z from 'zod/mini';
import { ClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import { createSerialQueue } from '../engine/serial-queue.ts';
import type { DevicesState, LinkRequest, Store } from '../facade.ts';
import { ifDamaged } from '../storage/sealed-store.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import { anchorOf, assertAnchored } from '../vault/vault-anchor.ts';
import { generateSealingKeys } from './device-keys.ts';
import type { DeviceKeys, SealingKeys } from './device-keys.ts';
import { hashName, viewDevices, viewRemoved } from './devices-view.ts';
import type { ListedDevice } from './devices-view.ts';
import { publishManifest } from './publish-manifest.ts';

const dayMs = 86_400_000;
/** Sealing keys are exchanged after this; former ones are kept as long again. */
const sealingKeyLifeMs = 90 * dayMs;
const listedKey = 'devices';
const listedSchema = z.array(
  z.object({
    deviceId: deviceIdSchema,
    name: z.string(),
    deviceType: deviceTypeSchema,
    isActive: z.boolean(),
    createdAtMs: timeMsSchema,
    lastSeenAtMs: z.nullable(timeMsSchema),
    revokedAtMs: z.nullable(timeMsSchema),
  }),
);

/** The devices of the own account: shown, named, removed, and this one's keys kept fresh. */
export interface OwnDevices {
  /** Reads what was known last time. */
  load(): Promise<void>;
  /** What the relay lists now. */
  list(devices: readonly ListedDevice[]): Promise<void>;
  /** Shows anew, after the own manifests or who asks to be let in changed. */
  changed(): void;
  /** Throws `name_invalid`, `not_found`. */
  rename(deviceId: DeviceId, name: string): Promise<void>;
  /** Throws `forbidden` for this device, `not_found`. */
  remove(deviceId: DeviceId): Promise<void>;
  /**
   * After each look at the own manifests: exchanges sealing keys that are old or not hybrid, drops
   * former ones, and raises the vault's anchor. Throws `rollback` for a chain below the anchor.
   */
  keep(): Promise<void>;
}

/** What the own devices need of the engine around an opened account. */
export interface OwnDevicesPorts {
  show: (state: DevicesState) => void;
  /** Writes this device's private halves to disk. */
  keepKeys: (keys: DeviceKeys) => Promise<void>;
  /** Names the newest own manifest in the vault. */
  raiseAnchor: (own: PersonTrust) => Promise<void>;
}

export function createOwnDevices(
  options: OwnDevicesPorts & {
    context: AccountContext;
    trust: TrustStore;
    requests: Store<readonly LinkRequest[]>;
    onRemoved: () => void;
  },
): OwnDevices {
  const { context, trust, requests, show, keepKeys, raiseAnchor, onRemoved } = options;
  const { userId, deviceId: thisDevice, keys, store, platform, vault } = context;
  const { clock, random } = platform;
  /** One manifest of this device at a time. */
  const turns = createSerialQueue();
  let listed: readonly ListedDevice[] = [];
  let isBehind = false;

  async function publish(): Promise<void> {
    const own = await trust.person(userId);
    if (!own) return;
    const devices = await viewDevices({ own, listed, thisDevice });
    if (!context.isOpen()) return;
    show({
      status: 'ready',
      devices,
      removed: viewRemoved(own, listed),
      requests: requests.getSnapshot(),
      alarm: own.alarm ?? (isBehind ? 'rollback' : null),
    });
  }

  const changed = () => void publish().catch(() => undefined);

  async function list(devices: readonly ListedDevice[]): Promise<void> {
    listed = devices;
    await store.write([await store.seal('state', listedKey, devices)]);
    changed();
  }

  async function refreshList(): Promise<void> {
    const account = await context.http.call('getAccount', {});
    if (context.isOpen()) await list(account.devices);
  }

  async function change(
    next: (devices: ManifestDevice[]) => ManifestDevice[] | null,
    names: { deviceId: DeviceId; name: string }[] = [],
  ): Promise<void> {
    const own = await turns.run(() => publishManifest({ context, trust, change: next, names }));
    // Manifest first: an anchor that a crash leaves too low is raised by the next device.
    await raiseAnchor(own).catch(() => undefined);
    changed();
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
    list,
    changed,
    async load() {
      const stored = await store
        .read('state', listedKey, listedSchema)
        .catch(ifDamaged(() => undefined));
      listed = stored ?? [];
      changed();
    },
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
      await refreshList();
    },
    async remove(deviceId) {
      if (deviceId === thisDevice) throw new ClientError('forbidden');
      await change((devices) => {
        const left = devices.filter((one) => one.deviceId !== deviceId);
        if (left.length === devices.length) throw new ClientError('not_found');
        return left;
      });
      onRemoved();
      await refreshList();
    },
    async keep() {
      const own = await trust.person(userId);
      if (!own || own.alarm !== null) return;
      try {
        assertAnchored(own, await anchorOf(vault));
        isBehind = false;
      } catch (error) {
        isBehind = true;
        changed();
        throw error;
      }
      await keepSealingKeys(own);
      await raiseAnchor((await trust.person(userId)) ?? own);
    },
  };
}
