import { deviceIdSchema, deviceTypeSchema, timeMsSchema } from '@sotto/protocol';
import type { DeviceId } from '@sotto/protocol';
import * as z from 'zod/mini';
import { ClientError, isClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import type { DevicesState, LinkRequest, Store } from '../facade.ts';
import { ifDamaged } from '../storage/sealed-store.ts';
import { hasVaultsKey } from '../trust/assert-own-key.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import { anchorOf, assertAnchored } from '../vault/vault-anchor.ts';
import type { DeviceChanges } from './change-devices.ts';
import type { DeviceKeys } from './device-keys.ts';
import { viewDevices, viewRemoved } from './devices-view.ts';
import type { ListedDevice } from './devices-view.ts';
import { areKeysDue, canChangeKeys } from './keys-due.ts';
import type { Account } from './register-device.ts';
import type { VaultExchange } from './remove-device.ts';
import { createSeenDevices } from './seen-devices.ts';

const listedKey = 'devices';
/** In a row. Tried with each connection, a minute after a failure and after each change: a bad line passes sooner. */
const failuresToWarn = 3;
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
  /** What the relay says now. `heldVersion`: the vault's version here, from before it was asked. */
  list(account: Pick<Account, 'devices' | 'vault'>, heldVersion: number): Promise<void>;
  /** Shows anew, after the own manifests or who asks to be let in changed. */
  changed(): void;
  /** Chat password or recovery key were changed here: what was impossible before may be possible. */
  secretsChanged(): void;
  /** Throws `name_invalid`, `not_found`. */
  rename(deviceId: DeviceId, name: string): Promise<void>;
  /** Throws `forbidden` for this device, `not_found`. */
  remove(deviceId: DeviceId): Promise<void>;
  /** The person was told of these and knows of them. */
  acknowledge(shown: readonly DeviceId[]): Promise<void>;
  /**
   * Whether own chain and vault did not belong together when that was looked at last: the chain is shorter
   * than the vault says, or names an account key that the vault here does not hold.
   */
  isBehind(): boolean;
  /** Looks, and asks the relay for what is missing. Nothing is sealed or sent while it is not there. */
  reachesAnchor(): Promise<boolean>;
  /**
   * After each look at the own manifests: exchanges sealing keys that are old or not hybrid, drops
   * former ones, and raises the vault's anchor. Throws `rollback` for a chain below the anchor.
   */
  keep(): Promise<void>;
  /**
   * Changes the account's keys if a removal left that to be done and this device can. Throws as a removal does,
   * with more devices than a vault is sealed to each time; what failed is due still.
   */
  changeDueKeys(): Promise<void>;
}

/** What the own devices need of the engine around an opened account. */
export interface OwnDevicesPorts {
  show: (state: DevicesState) => void;
  /** Writes this device's private halves to disk. */
  keepKeys: (keys: DeviceKeys) => Promise<void>;
  /** Names the newest own manifest in the vault. */
  raiseAnchor: (own: PersonTrust) => Promise<void>;
  /** Takes the relay's newest vault over, also one under another key, if it is the account's. */
  followVault: () => Promise<void>;
  vaultExchange: VaultExchange;
}

export function createOwnDevices(
  options: OwnDevicesPorts & {
    context: AccountContext;
    trust: TrustStore;
    requests: Store<readonly LinkRequest[]>;
    onRemoved: () => void;
    /** {@link OwnDevices.changeDueKeys} has something to do. */
    onDue: () => void;
    /** The relay began, or ceased, to show a chain and a vault that do not belong together. */
    onBehind: () => void;
  },
): OwnDevices {
  const { context, trust, requests, show, raiseAnchor, followVault, onRemoved, onBehind, onDue } =
    options;
  const { userId, deviceId: thisDevice, store, vault } = context;
  const seen = createSeenDevices(store);
  let loading: Promise<DeviceChanges> | null = null;
  let listed: readonly ListedDevice[] = [];
  let isBehind = false;
  let failedRaises = 0;
  /** The relay has an older vault than it said it had stored. */
  let vaultIsLost = false;
  /** The password that is held here is not the present one, or vouches for no recovery key in the vault. */
  let refused = false;
  /** The manifest for which it was said last that keys are due. */
  let askedVersion = 0;

  async function publish(): Promise<void> {
    const own = await trust.person(userId);
    if (!own) return;
    const unseen = await seen.unseen(currentIds(own));
    const devices = await viewDevices({ own, listed, thisDevice, unseen });
    const changesKeys = !refused && (await canChangeKeys(vault));
    if (!context.isOpen()) return;
    const isDue = areKeysDue(own);
    if (isDue && changesKeys && askedVersion !== own.version) {
      askedVersion = own.version;
      onDue();
    }
    show({
      status: 'ready',
      devices,
      removed: viewRemoved(own, listed),
      requests: requests.getSnapshot(),
      changesKeys,
      keysDue: isDue && !changesKeys,
      alarm: own.alarm ?? (isSetBack() ? 'rollback' : null),
    });
  }

  const currentIds = ({ devices }: PersonTrust): DeviceId[] =>
    devices.filter(({ current }) => current).map(({ deviceId }) => deviceId);

  const isSetBack = () => isBehind || vaultIsLost || failedRaises >= failuresToWarn;

  const changed = () => void publish().catch(() => undefined);

  /** Other secrets than those that were refused may be here. */
  function secretsChanged(): void {
    refused = false;
    askedVersion = 0;
    changed();
  }

  async function changeDueKeys(): Promise<void> {
    const own = await trust.person(userId);
    if (!own || own.alarm !== null || !areKeysDue(own) || !(await canChangeKeys(vault))) return;
    refused = !(await (await changes()).changeKeys());
    changed();
    if (!refused) onRemoved();
  }

  /** A relay that stores no vault that names the newest manifest can show the chain as it was before. */
  async function raise(own: PersonTrust): Promise<void> {
    try {
      await raiseAnchor(own);
      failedRaises = 0;
    } catch (error) {
      failedRaises += 1;
      throw error;
    } finally {
      changed();
    }
  }

  async function list(
    { devices, vault: stored }: Pick<Account, 'devices' | 'vault'>,
    heldVersion: number,
  ): Promise<void> {
    listed = devices;
    vaultIsLost = (stored?.version ?? 0) < heldVersion;
    await store.write([await store.seal('state', listedKey, devices)]);
    await publish().catch(() => undefined);
  }

  const changes = (): Promise<DeviceChanges> =>
    (loading ??= import('./change-devices.ts').then(({ createDeviceChanges }) =>
      createDeviceChanges({ ...options, raiseAnchor: raise }),
    ));

  async function refreshList(): Promise<void> {
    const { version } = vault.sealed;
    const account = await context.http.call('getAccount', {});
    if (context.isOpen()) await list(account, version);
  }

  async function belongTogether(own: PersonTrust | undefined): Promise<boolean> {
    try {
      assertAnchored(own, await anchorOf(vault));
      return hasVaultsKey(own, vault);
    } catch (error) {
      if (isClientError(error, 'rollback')) return false;
      throw error;
    }
  }

  /** Chain and vault may come one after the other: the relay is asked for the one that is older. */
  async function look(): Promise<boolean> {
    if (await belongTogether(await trust.person(userId))) return true;
    if (!hasVaultsKey(await trust.refresh(userId), vault)) await followVault();
    return await belongTogether(await trust.person(userId));
  }

  async function reachesAnchor(): Promise<boolean> {
    const reached = await look();
    if (isBehind === reached) {
      isBehind = !reached;
      changed();
      onBehind();
    }
    return reached;
  }

  /** Nothing was signed because chain and vault do not belong together: the devices screen says so. */
  async function showWhy(refusal: unknown): Promise<never> {
    if (isClientError(refusal, 'rollback')) await reachesAnchor().catch(() => undefined);
    throw refusal;
  }

  return {
    list,
    changed,
    secretsChanged,
    changeDueKeys,
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
      await (await changes()).rename(deviceId, name).catch(showWhy);
      await refreshList();
    },
    async remove(deviceId) {
      await (await changes()).remove(deviceId).catch(showWhy);
      onRemoved();
      await refreshList();
    },
    async acknowledge(shown) {
      const own = await trust.person(userId);
      if (own) await seen.see(currentIds(own), shown);
      await publish();
    },
    async keep() {
      const own = await trust.person(userId);
      if (!own || own.alarm !== null) return;
      if (!(await reachesAnchor())) throw new ClientError('rollback');
      await (await changes()).keepSealingKeys(own);
      await raise((await trust.person(userId)) ?? own);
    },
  };
}
