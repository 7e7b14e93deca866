import type { ChatId, UserId } from '@sotto/protocol';
import { isClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { ChatBook } from './chat-book.ts';
import type { ChatKeys } from './chat-keys.ts';
import type { KeyRing } from './key-ring.ts';
import { parseMadeUnder, standingOf } from './made-under.ts';

/** Others who renew the same chat at the same moment make it start over from theirs. */
const attempts = 5;
/** Chats renewed at once in the background: each costs a derivation of a third of a second. */
const atOnce = 2;
const sweepAgainMs = 5_000;

/**
 * New keys for chats whose newest key a removed device may know. The key names the manifests it was
 * made under; whoever sees a later one without a device makes the next key before anything is sent.
 */
export interface EpochRenewal {
  /** Whether the newest key here must not be used to encrypt any more. */
  isDue(chatId: ChatId): Promise<boolean>;
  /**
   * Makes the next key if one is due. True when the newest key may be used; false while somebody's
   * devices are in doubt or there is no connection. Throws what the network throws.
   */
  settle(chatId: ChatId): Promise<boolean>;
  /** Renews all that are due, the most recent chats first. `soon`: this device made the change. */
  sweep(options: { soon: boolean }): void;
  stop(): void;
}

export function createEpochRenewal(options: {
  context: AccountContext;
  book: ChatBook;
  ring: KeyRing;
  trust: TrustStore;
  chatKeys: ChatKeys;
  isOnline: () => boolean;
  isInDoubt: (chatId: ChatId) => Promise<boolean>;
}): EpochRenewal {
  const { context, book, ring, trust, chatKeys, isOnline, isInDoubt } = options;
  const { platform } = context;
  const running = new Map<ChatId, Promise<boolean>>();
  let sweeping = false;
  let again = false;
  let cancelSweep: () => void = () => undefined;

  const membersOf = (chatId: ChatId): UserId[] =>
    book.get(chatId)?.members.map((member) => member.userId) ?? [];

  async function peopleOf(chatId: ChatId): Promise<PersonTrust[]> {
    const found = await Promise.all(membersOf(chatId).map((id) => trust.person(id)));
    return found.flatMap((person) => person ?? []);
  }

  async function isDue(chatId: ChatId): Promise<boolean> {
    const current = await ring.current(chatId);
    // Nobody is there any more for whom another key could be made.
    if (!current || book.get(chatId)?.partnerGone) return false;
    const people = await peopleOf(chatId);
    const { madeUnder } = current;
    if (!madeUnder) return people.some(({ devices }) => devices.some((one) => !one.current));
    const named = parseMadeUnder(madeUnder, membersOf(chatId));
    return people.some((person) => {
      const entry = named?.find(({ userId }) => userId === person.userId);
      return !entry || standingOf(entry, person) !== 'holds';
    });
  }

  async function run(chatId: ChatId): Promise<boolean> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (!(await isDue(chatId))) return true;
      if (!context.isOpen() || !isOnline() || (await isInDoubt(chatId))) return false;
      const people = await peopleOf(chatId);
      const current = await ring.current(chatId);
      if (!current || people.length !== membersOf(chatId).length) return false;
      const { renewEpoch } = await import('./renew-epoch.ts');
      await renewEpoch({ context, ring, trust, chatKeys, chatId, current, people });
    }
    return !(await isDue(chatId));
  }

  function settle(chatId: ChatId): Promise<boolean> {
    const current = running.get(chatId);
    if (current) return current;
    const task = run(chatId)
      .catch((error: unknown) => {
        // The relay's word on somebody was refused meanwhile: nothing is renewed for people in doubt.
        const refused = ['rollback', 'untrusted', 'not_found'] as const;
        if (refused.some((code) => isClientError(error, code))) return false;
        throw error;
      })
      .finally(() => running.delete(chatId));
    running.set(chatId, task);
    return task;
  }

  async function sweepAll(): Promise<void> {
    const recent = book.all().toSorted((a, b) => (b.last?.atMs ?? 0) - (a.last?.atMs ?? 0));
    const left = recent.map(({ chatId }) => chatId);
    const work = async () => {
      for (let chatId = left.shift(); chatId; chatId = left.shift()) {
        if (!context.isOpen() || !isOnline()) return;
        if (await isDue(chatId)) await settle(chatId);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  }

  async function begin(): Promise<void> {
    if (sweeping) {
      again = true;
      return;
    }
    sweeping = true;
    try {
      await sweepAll();
      if (again) plan(0);
    } catch (error) {
      if (!context.isOpen() || !isOnline()) return;
      // Too many at once for the relay, or no answer: the rest follows.
      const askedMs = isClientError(error) ? (error.retryAtMs ?? 0) - platform.clock.now() : 0;
      plan(Math.max(askedMs, sweepAgainMs));
    } finally {
      sweeping = false;
      again = false;
    }
  }

  function plan(afterMs: number): void {
    cancelSweep();
    cancelSweep = platform.clock.setTimer(afterMs, () => void begin());
  }

  return {
    isDue,
    settle,
    sweep({ soon }) {
      if (soon) return plan(0);
      // Everybody who sees a removal would begin at once, and all but one for nothing.
      const [part = 0] = platform.random(1);
      plan(1_000 + part * 12);
    },
    stop() {
      cancelSweep();
    },
  };
}
