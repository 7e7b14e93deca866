import type { UserId } from '@sotto/protocol';
import { ClientError, isClientError } from '../client-error.ts';
import { ifDamaged } from '../storage/sealed-store.ts';
import type { SealedStore } from '../storage/sealed-store.ts';
import type { HttpClient } from '../transport/http-client.ts';
import { followPerson, personTrustSchema, pinPerson } from './person-trust.ts';
import type { CertifiedDevice, ManifestEntry, PersonTrust } from './person-trust.ts';

/** Everybody this account has met, with pinned keys; sealed at rest under `trust/<user>`. */
export interface TrustStore {
  /** What is known, without asking the relay. Throws `untrusted` when what was pinned is damaged on disk. */
  person(userId: UserId): Promise<PersonTrust | undefined>;
  /**
   * Fetches and verifies what is new. Throws `rollback` or `untrusted` and keeps the alarm with the
   * person until the relay's word holds again; throws `not_found` for a person without manifests.
   */
  refresh(userId: UserId): Promise<PersonTrust>;
  /** Whether the relay's last word on this person was refused, or what is kept of them is damaged. */
  isInDoubt(userId: UserId): Promise<boolean>;
  /** Like `person`, but asks when the person or this device of theirs is not known yet. */
  device(userId: UserId, deviceId: string): Promise<CertifiedDevice | undefined>;
  /** Takes over what a sign-in has verified already. */
  keep(person: PersonTrust): Promise<void>;
}

/** More than 127 devices that come and go and are renamed ever need; a relay could go on without end. */
const mostManifests = 2000;

export function createTrustStore(options: {
  store: SealedStore;
  http: HttpClient;
  /** The own account, whose key comes from the vault and is never trusted on first use. */
  own: { userId: UserId; accountKey: Uint8Array };
  onChange: (userId: UserId) => void;
}): TrustStore {
  const { store, http, own, onChange } = options;
  const known = new Map<UserId, PersonTrust>();
  const running = new Map<UserId, Promise<PersonTrust>>();
  /** Devices that a refresh did not bring: not asked for again until something changes. */
  const absent = new Set<string>();

  async function person(userId: UserId): Promise<PersonTrust | undefined> {
    const cached = known.get(userId);
    if (cached) return cached;
    const stored = await store.read('state', keyOf(userId), personTrustSchema).catch(
      ifDamaged(() => {
        // The own key is in the vault. Anybody else's pin must not be replaced by what a relay says.
        if (userId === own.userId) return undefined;
        throw new ClientError('untrusted');
      }),
    );
    if (stored) known.set(userId, stored);
    return stored;
  }

  async function keep(next: PersonTrust): Promise<void> {
    const before = known.get(next.userId);
    if (before && saysTheSame(before, next)) return;
    await store.write([await store.seal('state', keyOf(next.userId), next)]);
    known.set(next.userId, next);
    absent.clear();
    onChange(next.userId);
  }

  async function fetchAfter(userId: UserId, after: number): Promise<ManifestEntry[]> {
    const entries: ManifestEntry[] = [];
    for (let cursor = after; ;) {
      const page = await http.call('listManifests', {
        params: { userId },
        query: { after: cursor },
      });
      entries.push(...page.manifests);
      if (entries.length > mostManifests) throw new ClientError('untrusted');
      const last = page.manifests.at(-1);
      if (!last || last.version <= cursor || last.version >= page.headVersion) return entries;
      cursor = last.version;
    }
  }

  async function load(userId: UserId): Promise<PersonTrust> {
    const before = await person(userId);
    const entries = await fetchAfter(userId, before ? before.version - 1 : 0);
    if (!before && entries.length === 0) throw new ClientError('not_found');
    try {
      const next = before
        ? await followPerson(before, entries)
        : await pinPerson({
            userId,
            entries,
            ...(userId === own.userId && { accountKey: own.accountKey }),
          });
      await keep(next);
      return next;
    } catch (error) {
      if (before && isClientError(error, 'rollback')) await keep({ ...before, alarm: 'rollback' });
      if (before && isClientError(error, 'untrusted'))
        await keep({ ...before, alarm: 'untrusted' });
      throw error;
    }
  }

  function refresh(userId: UserId): Promise<PersonTrust> {
    const current = running.get(userId);
    if (current) return current;
    const task = load(userId).finally(() => running.delete(userId));
    running.set(userId, task);
    return task;
  }

  return {
    person,
    refresh,
    keep,
    async isInDoubt(userId) {
      try {
        return ((await person(userId))?.alarm ?? null) !== null;
      } catch (error) {
        if (isClientError(error, 'untrusted')) return true;
        throw error;
      }
    },
    async device(userId, deviceId) {
      const find = (trust: PersonTrust | undefined) =>
        trust?.devices.find((device) => device.deviceId === deviceId);
      const found = find(await person(userId));
      const tag = `${userId} ${deviceId}`;
      if (found || absent.has(tag)) return found;
      const asked = find(await refresh(userId));
      if (!asked) absent.add(tag);
      return asked;
    },
  };
}

/** A record from before knows less at the same version. */
const saysTheSame = (before: PersonTrust, next: PersonTrust): boolean =>
  before.version === next.version &&
  before.alarm === next.alarm &&
  before.seen?.length === next.seen?.length;

const keyOf = (userId: UserId): string => `trust/${userId}`;
