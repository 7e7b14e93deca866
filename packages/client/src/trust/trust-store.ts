import { equalBytes } from '@sotto/crypto';
import type { IdentityKeyPair } from '@sotto/crypto';
import { userIdSchema } from '@sotto/protocol';
import type { UserId } from '@sotto/protocol';
import { ClientError, isClientError } from '../client-error.ts';
import { createSerialQueue } from '../engine/serial-queue.ts';
import type { Trust } from '../facade.ts';
import { keysUnder } from '../storage/record-keys.ts';
import { ifDamaged } from '../storage/sealed-store.ts';
import type { SealedStore } from '../storage/sealed-store.ts';
import type { HttpClient } from '../transport/http-client.ts';
import { acceptOffer } from './accept-offer.ts';
import { findOffer } from './find-offer.ts';
import { goesThrough, judgeTrust, markAfter, saysTheSame } from './judge-trust.ts';
import { followPerson, personTrustSchema, pinPerson } from './person-trust.ts';
import type { CertifiedDevice, ManifestEntry, PersonTrust } from './person-trust.ts';

/** Everybody this account has met, with pinned keys; sealed at rest under `trust/<user>`. */
export interface TrustStore {
  /** Reads everybody at once, so that `trustOf` has an answer. */
  load(): Promise<void>;
  /** What is known now of who a person is; `unchecked` for somebody who was never met. */
  trustOf(userId: UserId): Trust;
  /** What is known, without asking the relay. Throws `untrusted` when what was pinned is damaged on disk. */
  person(userId: UserId): Promise<PersonTrust | undefined>;
  /**
   * Fetches and verifies what is new. Throws `rollback` or `untrusted` and keeps the alarm, or the key
   * that is offered instead, with the person until the relay's word holds again; throws `not_found` for
   * a person without manifests.
   */
  refresh(userId: UserId): Promise<PersonTrust>;
  /** Whether the relay's last word on this person was refused, or what is kept of them is damaged. */
  isInDoubt(userId: UserId): Promise<boolean>;
  /** Like `person`, but asks when the person or this device of theirs is not known yet. */
  device(userId: UserId, deviceId: string): Promise<CertifiedDevice | undefined>;
  /** Takes over what a sign-in has verified already. */
  keep(person: PersonTrust): Promise<void>;
  /** Notes that this key was compared then, or is not to count as compared. Throws `conflict` if another one is in use by now. */
  mark(userId: UserId, accountKey: Uint8Array, atMs: number | null): Promise<void>;
  /** Pins the offered account key in place of the former one, unchecked. Throws `conflict` if another one is offered by now. */
  accept(userId: UserId, accountKey: Uint8Array): Promise<void>;
}

/** More than 127 devices that come and go and are renamed ever need; a relay could go on without end. */
const mostManifests = 2000;

export function createTrustStore(options: {
  store: SealedStore;
  http: HttpClient;
  /**
   * The own account, whose key comes from the vault and is never trusted on first use. It is read anew
   * each time: a removal exchanges it.
   */
  own: { readonly userId: UserId; readonly accountKey: Pick<IdentityKeyPair, 'publicKey'> };
  onChange: (userId: UserId) => void;
}): TrustStore {
  const { store, http, own, onChange } = options;
  const known = new Map<UserId, PersonTrust>();
  const running = new Map<UserId, Promise<PersonTrust>>();
  const following = new Map<UserId, Promise<PersonTrust>>();
  const writes = createSerialQueue();
  /** People whose pin is damaged on disk. */
  const damaged = new Set<UserId>();
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

  /** One change after another: what people say about somebody and what the relay says must not undo each other. */
  function update(
    userId: UserId,
    change: (before: PersonTrust | undefined) => PersonTrust,
  ): Promise<void> {
    return writes.run(async () => {
      const before = await person(userId);
      const next = change(before);
      if (before && saysTheSame(before, next)) return;
      await store.write([await store.seal('state', keyOf(userId), next)]);
      known.set(userId, next);
      absent.clear();
      onChange(userId);
    });
  }

  /**
   * What was said about a key stays with it and with what succeeds it. What was changed meanwhile, as by
   * accepting another key, is not undone: then the chain does not go through what is known now.
   */
  const keep = (next: PersonTrust) =>
    update(next.userId, (before) => {
      if (!before) return next;
      return goesThrough(next, before) ? { ...next, checked: markAfter(before, next) } : before;
    });

  /** As long as what is known is still what the look began from. */
  const warn = (
    about: PersonTrust,
    warning: Pick<PersonTrust, 'alarm' | 'offered'>,
  ): Promise<void> =>
    update(about.userId, (before = about) =>
      equalBytes(before.accountKey, about.accountKey) ? { ...before, ...warning } : before,
    );

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

  /** Also with a vault that is older than the chain: it is followed before anything is signed. */
  const pin = (userId: UserId, entries: readonly ManifestEntry[]) =>
    userId === own.userId
      ? pinPerson({ userId, entries, accountKey: own.accountKey.publicKey, mayGoOn: true })
      : pinPerson({ userId, entries });

  async function load(userId: UserId): Promise<PersonTrust> {
    const before = await person(userId);
    const entries = await fetchAfter(userId, before ? before.version - 1 : 0);
    if (!before && entries.length === 0) throw new ClientError('not_found');
    try {
      const next = before ? await followPerson(before, entries) : await pin(userId, entries);
      await keep(next);
      return next;
    } catch (error) {
      if (!before) throw error;
      if (!isClientError(error, 'rollback') && !isClientError(error, 'untrusted')) throw error;
      throw await refuse(before, error);
    }
  }

  /** Keeps with a person why the relay's word was refused, and gives what to throw. */
  async function refuse(before: PersonTrust, error: ClientError): Promise<ClientError> {
    const { userId } = before;
    const other = await findOffer(before, () => fetchAfter(userId, 0)).catch(() => null);
    if (other?.kind === 'offer' && userId !== own.userId) {
      await warn(before, { alarm: null, offered: other.chain });
      return error;
    }
    const isFork = other?.kind === 'fork' || isClientError(error, 'rollback');
    await warn(before, { alarm: isFork ? 'rollback' : 'untrusted', offered: null });
    return isFork ? new ClientError('rollback', { cause: error }) : error;
  }

  function begin(userId: UserId): Promise<PersonTrust> {
    const task = load(userId).finally(() => running.delete(userId));
    running.set(userId, task);
    return task;
  }

  /** A look that is under way may have missed what made the caller ask: one more follows it, for all who wait. */
  function refresh(userId: UserId): Promise<PersonTrust> {
    const current = running.get(userId);
    if (!current) return begin(userId);
    let next = following.get(userId);
    if (!next) {
      next = current
        .catch(() => undefined)
        .then(() => {
          following.delete(userId);
          return running.get(userId) ?? begin(userId);
        });
      following.set(userId, next);
    }
    return next;
  }

  return {
    person,
    refresh,
    keep,
    async load() {
      const rows = await store.range('state', keysUnder(keyOf('')), personTrustSchema, (key) => {
        const userId = userIdSchema.safeParse(key.slice(keyOf('').length));
        if (userId.success && userId.data !== own.userId) damaged.add(userId.data);
      });
      for (const { value } of rows) {
        if (!known.has(value.userId)) known.set(value.userId, value);
      }
    },
    trustOf: (userId) => (damaged.has(userId) ? 'doubtful' : judgeTrust(known.get(userId))),
    mark: (userId, accountKey, atMs) =>
      update(userId, (before) => {
        if (!before || !equalBytes(before.accountKey, accountKey)) {
          throw new ClientError('conflict');
        }
        return { ...before, checked: atMs === null ? null : { accountKey, atMs } };
      }),
    accept: (userId, accountKey) =>
      update(userId, (before) => {
        const accepted = before && acceptOffer(before);
        if (!accepted || !equalBytes(accepted.accountKey, accountKey)) {
          throw new ClientError('conflict');
        }
        return accepted;
      }),
    async isInDoubt(userId) {
      try {
        const trust = judgeTrust(await person(userId));
        return trust === 'changed' || trust === 'doubtful';
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

/** Where everybody's pins lie. */
export const pinnedRows = { table: 'state', prefix: 'trust/' } as const;

const keyOf = (userId: string): string => `${pinnedRows.prefix}${userId}`;
