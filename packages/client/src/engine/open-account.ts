import { decryptRecord, encryptRecord, fromUtf8, utf8 } from '@sotto/crypto';
import { profileSchema } from '@sotto/protocol';
import type { Profile } from '@sotto/protocol';
import * as z from 'zod/mini';
import { readAccessToken } from '../account/auth-session.ts';
import { lacksFactor } from '../account/demanded-factor.ts';
import { ClientError, isClientError } from '../client-error.ts';
import { forgetDeviceKeys, sealDeviceKeys } from '../devices/device-keys.ts';
import type { DeviceKeys } from '../devices/device-keys.ts';
import { signSessionProof, signSocketProof } from '../devices/device-proof.ts';
import { createSealedStore, ifDamaged } from '../storage/sealed-store.ts';
import type { Sealed } from '../storage/storage-port.ts';
import { hasVaultsKey } from '../trust/assert-own-key.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import type { HttpClient } from '../transport/http-client.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { raiseAnchor } from '../vault/raise-anchor.ts';
import type { AccountContext } from './account-context.ts';
import { createAccountRuntime } from './account-runtime.ts';
import type { EngineCore, Resident } from './engine-core.ts';

const profileKey = 'account';
const profileAtRestSchema = z.object({ profile: profileSchema, email: z.string() });
const authContext = [utf8('auth-session')];

/** Seals the auth session beside the device record; null removes it. */
export async function keepAuthSession(
  core: EngineCore,
  resident: Resident,
  vault: OpenVault,
  serialized: string | null,
): Promise<void> {
  if (serialized === null) return await resident.shelf.writeAuth(null);
  const sealed = await encryptRecord({
    key: vault.storageKey,
    context: authContext,
    plaintext: utf8(serialized),
    random: core.platform.random,
  });
  if (!vault.isOpen()) throw new ClientError('locked');
  await resident.shelf.writeAuth(sealed as Sealed);
}

/** Takes the sealed auth session up again after a cold start. Throws `session_ended` when none is there. */
export async function restoreAuthSession(
  core: EngineCore,
  resident: Resident,
  vault: OpenVault,
): Promise<void> {
  if (core.auth.identity()?.userId === resident.userId) return;
  const sealed = await resident.shelf.readAuth();
  if (!sealed) throw new ClientError('session_ended');
  try {
    const key = vault.storageKey;
    const plaintext = await decryptRecord({ key, context: authContext, ciphertext: sealed });
    core.auth.restore(fromUtf8(plaintext));
  } catch (cause) {
    // Damaged on disk: signing in again makes another one.
    throw new ClientError('session_ended', { cause });
  }
}

/**
 * Ties the present auth session to the device if another one is tied yet. Throws what the network
 * throws, `device_revoked`, or `session_ended`.
 */
export async function bindSession(
  core: EngineCore,
  resident: Resident,
  keys: DeviceKeys,
): Promise<void> {
  const { record, userId } = resident;
  const identity = core.auth.identity();
  if (!record || !identity || identity.sessionId === record.boundSessionId) return;
  const authSessionId = identity.sessionId;
  const { random } = core.platform;
  const sessionProof = await signSessionProof({ keys, userId, authSessionId, random });
  await core.http.call('bindDeviceSession', {
    params: { deviceId: keys.deviceId },
    body: { sessionProof },
  });
  // Signed out meanwhile: writing would bring the vault's copy back to the disk.
  if (core.resident !== resident || !resident.record) return;
  resident.record = { ...resident.record, boundSessionId: authSessionId };
  await resident.shelf.write(resident.record);
}

/** Writes this device's private halves to disk, before anything is made of new ones. */
async function keepDeviceKeys(
  core: EngineCore,
  resident: Resident,
  vault: OpenVault,
  keys: DeviceKeys,
): Promise<void> {
  const { userId } = resident;
  const { storageKey } = vault;
  const { random } = core.platform;
  const sealedKeys = await sealDeviceKeys({ keys, userId, storageKey, random });
  if (!vault.isOpen() || core.resident !== resident || !resident.record) {
    throw new ClientError('locked');
  }
  resident.record = { ...resident.record, sealedKeys };
  await resident.shelf.write(resident.record);
}

/** Puts an opened vault to work: everything of the account that needs its keys starts here. */
export async function openAccount(options: {
  core: EngineCore;
  resident: Resident;
  vault: OpenVault;
  keys: DeviceKeys;
  /** The own manifests, when they were verified a moment ago. */
  own?: PersonTrust;
  onEnded: (code: 'session_ended' | 'device_revoked' | 'version_unsupported') => void;
}): Promise<void> {
  const { core, resident, vault, keys, own, onEnded } = options;
  const { platform, auth } = core;
  const { userId } = resident;
  const http: HttpClient = {
    async call(name, input) {
      if (!vault.isOpen()) throw new ClientError('locked');
      return await core.http.call(name, input);
    },
  };
  const store = createSealedStore({
    storage: resident.shelf.storage,
    storageKey: vault.storageKey,
    random: platform.random,
    isOpen: () => vault.isOpen(),
  });
  let profile = await knownProfile();
  core.deviceId = keys.deviceId;

  async function knownProfile(): Promise<Profile> {
    const stored = await store
      .read('state', profileKey, profileAtRestSchema)
      .catch(ifDamaged(() => undefined));
    resident.profile ??= stored?.profile ?? null;
    if (resident.email === '') resident.email = stored?.email ?? auth.identity()?.email ?? '';
    resident.profile ??= (await http.call('getAccount', {})).profile;
    if (!resident.profile) throw new ClientError('internal');
    await keepProfile(resident.profile);
    return resident.profile;
  }

  async function keepProfile(next: Profile): Promise<void> {
    const atRest = { profile: next, email: resident.email };
    await store.write([await store.seal('state', profileKey, atRest)]);
  }

  const context: AccountContext = {
    platform,
    userId,
    deviceId: keys.deviceId,
    vault,
    keys,
    store,
    http,
    profile: () => profile,
    isOpen: () => core.opened?.context === context,
  };

  /** Of what the relay hands out, a vault that is the account's and goes on from this one; loaded with the first. */
  async function takeOffered(offered: OpenVault['sealed'] | null): Promise<void> {
    const { trust } = runtime;
    const own = await trust.person(userId);
    const isBehind = own !== undefined && !hasVaultsKey(own, vault);
    const isDue = offered !== null && (isBehind || offered.version > vault.sealed.version);
    if (!isDue || !context.isOpen()) return;
    const { takeVault } = await import('../vault/new-vault-key.ts');
    const taken = await vault.changes.run(() =>
      takeVault({ core, resident, vault, keys, trust, offered }),
    );
    if (taken && context.isOpen()) await runtime.vaultChanged();
  }

  async function followVault(): Promise<void> {
    await takeOffered((await http.call('getAccount', {})).vault);
  }

  async function onReady(): Promise<void> {
    const { version: heldVersion } = vault.sealed;
    const account = await http.call('getAccount', {});
    const device = account.devices.find(({ deviceId }) => deviceId === keys.deviceId);
    if (device && !device.isActive) return onEnded('device_revoked');
    await takeOffered(account.vault);
    // The version may be lower now: what is above a vault that was left behind counts for nothing.
    const { version } = vault.sealed;
    if (context.isOpen()) await runtime.devices.list(account, Math.min(heldVersion, version));
    const { profile: next } = account;
    if (!next || next.userId !== userId || !context.isOpen()) return;
    if (JSON.stringify(next) === JSON.stringify(profile)) return;
    profile = next;
    resident.profile = next;
    await keepProfile(next);
    core.session.set({ phase: 'ready', profile, email: resident.email });
  }

  const runtime = createAccountRuntime({
    context,
    owner: {
      async accessToken(rejected) {
        const before = auth.serialized() === null ? undefined : await auth.accessToken();
        const token = rejected ? await auth.accessToken(before) : (before ?? '');
        // Without the second factor that was set up elsewhere meanwhile, a session opens nothing.
        const unproven = token === '' || (await lacksFactor(core));
        if (unproven) throw new ClientError('session_ended');
        await bindSession(core, resident, keys).catch((error: unknown) => {
          if (isClientError(error, 'not_found')) throw new ClientError('device_revoked');
          throw error;
        });
        return token;
      },
      async signChallenge(nonce) {
        const token = await auth.accessToken();
        const { sessionId: authSessionId } = readAccessToken(token);
        const { random } = platform;
        return await signSocketProof({ keys, userId, authSessionId, random, nonce });
      },
      onEnded,
    },
    onReady,
    connectionState: core.connection,
    list: core.list,
    stores: core.stores,
    linkRequests: core.linkRequests,
    contactStores: core.contacts,
    devices: {
      show: (state) => core.devices.set(state),
      keepKeys: (next) => keepDeviceKeys(core, resident, vault, next),
      raiseAnchor: (chain) => raiseAnchor({ core, resident, vault, own: chain }),
      followVault,
      vaultExchange: {
        async make(input) {
          const { makeNewVault } = await import('../vault/new-vault-key.ts');
          return await makeNewVault({ ...input, vault, keys, random: platform.random });
        },
        async adopt(next) {
          const { adoptVault } = await import('../vault/new-vault-key.ts');
          await adoptVault({ core, resident, vault, next });
        },
      },
    },
    takeVault: followVault,
  });
  core.opened = { resident, vault, keys, context, runtime };
  try {
    if (own) await runtime.trust.keep(own);
    core.stores.clear('loading');
    core.contacts.clear('loading');
    runtime.connection.setOnline(core.online);
    await runtime.start();
  } catch (error) {
    // Nothing half-open stays behind: the next unlock would take it for an open account.
    if (context.isOpen()) closeAccount(core);
    throw error;
  }
  // Locked meanwhile: the runtime was stopped before it started.
  if (!context.isOpen()) {
    runtime.stop();
    throw new ClientError('locked');
  }
  core.session.set({ phase: 'ready', profile, email: resident.email });
}

/** Stops everything and overwrites the keys. What lies on disk stays. */
export function closeAccount(core: EngineCore): void {
  const { opened } = core;
  if (!opened) return;
  core.opened = null;
  opened.runtime.stop();
  forgetDeviceKeys(opened.keys);
  opened.vault.close();
}
