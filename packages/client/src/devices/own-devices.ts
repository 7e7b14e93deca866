import { deviceIdSchema, deviceTypeSchema, timeMsSchema } from '@sotto/protocol';
import type { DeviceId } from '@sotto/protocol';
import * as z from 'zod/mini';
import { ClientError, isClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import type { DevicesState, LinkRequest, Store } from '../facade.ts';
import { ifDamaged } from '../storage/sealed-store.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import { anchorOf, assertAnchored } from '../vault/vault-anchor.ts';
import type { DeviceChanges } from './change-devices.ts';
import type { DeviceKeys } from './device-keys.ts';
import { viewDevices, viewRemoved } from './devices-view.ts';
import type { ListedDevice } from './devices-view.ts';

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
  /** Whether the relay showed less of the own chain than the vault names when that was looked at last. */
  isBehind(): boolean;
  /** Looks, and asks the relay for what is missing. Nothing is sealed or sent while it is not there. */
  reachesAnchor(): Promise<boolean>;
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
    /** The relay began, or ceased, to show less of the own chain than the vault names. */
    onBehind: () => void;
  },
): OwnDevices {
  const { context, trust, requests, show, raiseAnchor, onRemoved, onBehind } = options;
  const { userId, deviceId: thisDevice, store, vault } = context;
  let loading: Promise<DeviceChanges> | null = null;
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

  const changes = (): Promise<DeviceChanges> =>
    (loading ??= import('./change-devices.ts').then(({ createDeviceChanges }) =>
      createDeviceChanges(options),
    ));

  async function refreshList(): Promise<void> {
    const account = await context.http.call('getAccount', {});
    if (context.isOpen()) await list(account.devices);
  }

  /** A vault that names a newer manifest may have come before that one: the relay is asked for it. */
  async function reachesAnchor(): Promise<boolean> {
    const goesThrough = async (own: PersonTrust | undefined) => {
      try {
        assertAnchored(own, await anchorOf(vault));
        return true;
      } catch (error) {
        if (isClientError(error, 'rollback')) return false;
        throw error;
      }
    };
    const reached =
      (await goesThrough(await trust.person(userId))) ||
      (await goesThrough(await trust.refresh(userId)));
    if (isBehind === reached) {
      isBehind = !reached;
      changed();
      onBehind();
    }
    return reached;
  }

  return {
    list,
    changed,
    reachesAnchor,
    isBehind: () => isBehind,
    async load() {
      const stored = await store
        .read('state', listedKey, listedSchema)
        .catch(ifDamaged(() => undefined));
      listed = stored ?? [];
      changed();
    },
    async rename(deviceId, name) {
      await (await changes()).rename(deviceId, name);
      await refreshList();
    },
    async remove(deviceId) {
      await (await changes()).remove(deviceId);
      onRemoved();
      await refreshList();
    },
    async keep() {
      const own = await trust.person(userId);
      if (!own || own.alarm !== null) return;
      if (!(await reachesAnchor())) throw new ClientError('rollback');
      await (await changes()).keepSealingKeys(own);
      await raiseAnchor((await trust.person(userId)) ?? own);
    },
  };
}
