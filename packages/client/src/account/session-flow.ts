import { ClientError, isClientError } from '../client-error.ts';
import type { ClientErrorCode } from '../client-error.ts';
import { createDeviceShelf, readCurrentUser, writeCurrentUser } from '../devices/device-record.ts';
import type { EngineCore, Resident } from '../engine/engine-core.ts';
import { closeAccount } from '../engine/open-account.ts';
import type { SessionState } from '../facade.ts';
import { pinnedRows } from '../trust/trust-store.ts';
import { createPasswordTries } from '../vault/password-tries.ts';
import type { AuthIdentity } from './auth-door.ts';
import { lacksFactor } from './demanded-factor.ts';

type Notice = Extract<SessionState, { phase: 'signedOut' }>['notice'];

async function settle(core: EngineCore, identity: { userId: Resident['userId']; email: string }) {
  if (!core.storage) throw new ClientError('storage_unavailable');
  const { userId, email } = identity;
  const shelf = createDeviceShelf(core.storage, userId);
  const tries = createPasswordTries(shelf.storage, core.platform.clock);
  const record = (await shelf.read()) ?? null;
  const resident: Resident = {
    userId,
    shelf,
    tries,
    email,
    profile: null,
    account: null,
    record,
  };
  core.resident = resident;
  core.deviceId = record?.deviceId ?? null;
  return resident;
}

/** A cold start: a device whose vault is here is locked; everything else begins with signing in. */
export async function resume(core: EngineCore): Promise<void> {
  core.storage = await core.platform.openStorage();
  const userId = await readCurrentUser(core.storage);
  const resident = userId && (await settle(core, { userId, email: '' }));
  if (!resident?.record?.vault) return signedOut(core, null);
  const retryAtMs = await resident.tries.retryAtMs();
  core.session.set({ phase: 'locked', cause: 'start', profile: null, retryAtMs });
}

/** After the login password was accepted: where a second factor is demanded, that comes first. */
export async function admit(core: EngineCore, identity: AuthIdentity): Promise<void> {
  if (!(await orLeave(core, lacksFactor(core)))) return await enter(core, identity);
  core.session.set({ phase: 'secondFactor', email: identity.email });
}

/**
 * After everything that signing in asks for: first run where it stopped, an own device to unlock, or a
 * new device. People who share an installation each have their own records in it.
 */
export async function enter(core: EngineCore, identity: AuthIdentity): Promise<void> {
  const { resident, account } = await orLeave(core, look(core, identity));
  resident.account = account;
  resident.profile = account.profile;
  const { record } = resident;
  const listed = account.devices.find(({ deviceId }) => deviceId === record?.deviceId);
  const gone = listed !== undefined && !listed.isActive;
  if (gone) {
    // It is the relay's word: were pins lost by it, the next look would take any key for a first contact.
    await resident.shelf.wipe(pinnedRows);
    resident.record = null;
    core.deviceId = null;
  }
  const { email } = resident;
  if (!account.profile) return core.session.set({ phase: 'setup', step: 'profile', email });
  if (!account.vault) return core.session.set({ phase: 'setup', step: 'chatPassword', email });
  const { profile } = account;
  const retryAtMs = await resident.tries.retryAtMs();
  if (!resident.record?.registered) {
    return core.session.set({ phase: 'newDevice', profile, retryAtMs, link: null });
  }
  if (core.storage) await writeCurrentUser(core.storage, resident.userId);
  core.session.set({ phase: 'locked', cause: 'start', profile, retryAtMs });
}

/** What the relay does not answer ends the sign-in. */
async function orLeave<Answer>(core: EngineCore, asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    core.auth.forget();
    signedOut(core, null);
    throw error;
  }
}

async function look(core: EngineCore, identity: AuthIdentity) {
  const resident = await settle(core, identity);
  const account = await core.http.call('getAccount', {});
  // A device has seen a vault: a relay that has none any more must not have another one made, nor
  // what lies here wiped.
  if (resident.record && !account.vault) throw new ClientError('rollback');
  return { resident, account };
}

/** Closes the vault and takes everything readable out of the stores; the list of people stays. */
export function lockAccount(core: EngineCore, cause: 'idle' | 'manual'): void {
  const resident = core.opened?.resident;
  if (!resident) return;
  closeAccount(core);
  const { chats, status } = core.list.getSnapshot();
  core.list.set({
    status,
    chats: chats.map((chat) => ({ ...chat, lastMessage: null, hasDraft: false })),
  });
  core.stores.clear('locked');
  core.contacts.clear('locked');
  core.session.set({ phase: 'locked', cause, profile: resident.profile, retryAtMs: null });
}

/**
 * Ends the session here: keys and tokens leave memory, the vault's copy and the sealed tokens leave
 * the disk. The rest stays as ciphertext that only signing in and the chat password open again.
 */
export async function leave(core: EngineCore, notice: Notice): Promise<void> {
  const { resident } = core;
  closeAccount(core);
  core.pending?.vault.close();
  core.pending = null;
  core.auth.forget();
  if (resident?.record) {
    resident.record = { ...resident.record, vault: null, boundSessionId: null };
    await resident.shelf.write(resident.record);
    await resident.shelf.writeAuth(null);
  }
  signedOut(core, notice);
}

function signedOut(core: EngineCore, notice: Notice): void {
  core.resident = null;
  core.deviceId = null;
  core.list.set({ status: 'loading', chats: [] });
  core.stores.clear('loading');
  core.contacts.clear('loading');
  core.session.set({ phase: 'signedOut', notice });
}

/** Ends the session at the auth service. Locally it is enough that this is tried; everywhere has to succeed. */
export async function endAuthSession(core: EngineCore, scope: 'local' | 'global'): Promise<void> {
  if (!core.auth.identity()) {
    // After a cold start the tokens are sealed: nothing can be said in their name.
    if (scope === 'global') throw new ClientError('locked');
    return;
  }
  try {
    await core.auth.signOut(scope);
  } catch (error) {
    const over = isClientError(error, 'session_ended') || isClientError(error, 'signed_out');
    if (scope === 'global' && !over) throw error;
  }
}

export function fail(core: EngineCore, code: ClientErrorCode): void {
  closeAccount(core);
  core.stores.clear('loading');
  core.contacts.clear('loading');
  core.session.set({ phase: 'failed', code });
}
