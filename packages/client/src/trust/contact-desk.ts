import { compareSafetyQr, formatSafetyQr, safetyCode, toHex } from '@sotto/crypto';
import type { SafetyPair } from '@sotto/crypto';
import type { Profile, UserId } from '@sotto/protocol';
import { ClientError, isClientError } from '../client-error.ts';
import type { ContactState } from '../facade.ts';
import { emptyContact } from './contact-stores.ts';
import type { Contacts, ContactsOptions } from './contacts.ts';
import { isChecked } from './judge-trust.ts';
import type { PersonTrust } from './person-trust.ts';

interface Code {
  digits: string;
  qr: string;
}

export interface ContactDesk extends Omit<Contacts, 'stop'> {
  /**
   * Asks for what is new of both, so that two screens that are compared show the same keys. Offline, and
   * where the relay's word is refused, it stays at what is known.
   */
  lookAgain(userId: UserId): Promise<void>;
}

/** Safety codes and marks; loaded when somebody first looks at a contact. */
export function createContactDesk(options: ContactsOptions): ContactDesk {
  const { context, trust, stores, profileOf, isListed, onAccepted, refreshOwn } = options;
  const { vault, platform } = context;
  /** A safety code takes thousands of hashes: computed once for each pair of keys. */
  const codes = new Map<string, Promise<Code>>();
  const turns = new Map<UserId, number>();

  const pairOf = (theirUserId: UserId, theirAccountKey: Uint8Array): SafetyPair => ({
    ourUserId: vault.userId,
    ourAccountKey: vault.accountKey.publicKey,
    theirUserId,
    theirAccountKey,
  });

  function codeOf(userId: UserId, accountKey: Uint8Array): Promise<Code> {
    const pair = pairOf(userId, accountKey);
    const name = `${userId} ${toHex(pair.ourAccountKey)} ${toHex(accountKey)}`;
    let found = codes.get(name);
    if (!found) {
      found = Promise.all([safetyCode(pair), formatSafetyQr(pair)]).then(([digits, qr]) => ({
        digits,
        qr,
      }));
      codes.set(name, found);
    }
    return found;
  }

  /** Throws `not_found` when this person was never met, `untrusted` when what is kept of them is damaged. */
  async function require(userId: UserId): Promise<PersonTrust> {
    if (userId === vault.userId) throw new ClientError('forbidden');
    const known = await trust.person(userId);
    if (known) return known;
    if (!profileOf(userId)) throw new ClientError('not_found');
    return await trust.refresh(userId);
  }

  async function view(userId: UserId, profile: Profile): Promise<ContactState> {
    const shared = { ...emptyContact, profile, trust: trust.trustOf(userId) };
    const person = await known(userId);
    if (person === 'damaged') return { ...shared, status: 'ready', trust: 'doubtful' };
    if (!person) return shared;
    const code = await codeOf(userId, person.accountKey);
    const { offered, checked } = person;
    return {
      ...shared,
      status: 'ready',
      ...code,
      checkedAtMs: isChecked(person) ? (checked?.atMs ?? null) : null,
      deviceCount: person.devices.filter(({ current }) => current).length,
      change: offered
        ? { ...(await codeOf(userId, offered.accountKey)), wasChecked: isChecked(person) }
        : null,
    };
  }

  /** Undefined for somebody who has no manifests, or cannot be looked up now. */
  async function known(userId: UserId): Promise<PersonTrust | 'damaged' | undefined> {
    try {
      return (await trust.person(userId)) ?? (await trust.refresh(userId));
    } catch (error) {
      if (isClientError(error, 'untrusted')) return 'damaged';
      return undefined;
    }
  }

  async function lookAgain(userId: UserId): Promise<void> {
    if (!profileOf(userId)) return;
    const looks = [refreshOwn(), trust.refresh(userId)];
    await Promise.all(looks.map((look) => look.catch(() => undefined)));
  }

  async function publish(userId: UserId): Promise<void> {
    const turn = (turns.get(userId) ?? 0) + 1;
    turns.set(userId, turn);
    const profile = profileOf(userId);
    const next: ContactState = profile
      ? await view(userId, profile)
      : { ...emptyContact, status: isListed() ? 'not_found' : 'loading' };
    // A later one may have been faster.
    if (context.isOpen() && turns.get(userId) === turn) stores.store(userId).set(next);
  }

  function changed(userId?: UserId): void {
    for (const id of stores.open()) {
      // One that cannot be drawn stays as it was; the next change tries again.
      if (userId === undefined || id === userId) void publish(id).catch(() => undefined);
    }
  }

  return {
    changed,
    async markChecked(userId, digits) {
      const person = await require(userId);
      const code = await codeOf(userId, person.accountKey);
      if (code.digits !== digits) throw new ClientError('conflict');
      await trust.mark(userId, person.accountKey, platform.clock.now());
    },
    async unmarkChecked(userId) {
      const { accountKey } = await require(userId);
      await trust.mark(userId, accountKey, null);
    },
    lookAgain,
    async scan(userId, scanned) {
      await require(userId);
      await lookAgain(userId);
      const { accountKey } = await require(userId);
      const outcome = await compareSafetyQr(scanned.trim(), pairOf(userId, accountKey));
      if (outcome === 'match') await trust.mark(userId, accountKey, platform.clock.now());
      return outcome;
    },
    async accept(userId, digits) {
      const { offered } = await require(userId);
      if (!offered) throw new ClientError('conflict');
      const code = await codeOf(userId, offered.accountKey);
      if (code.digits !== digits) throw new ClientError('conflict');
      await trust.accept(userId, offered.accountKey);
      onAccepted(userId);
    },
  };
}
