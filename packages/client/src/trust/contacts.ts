import type { Profile, UserId } from '@sotto/protocol';
import type { AccountContext } from '../engine/account-context.ts';
import type { ScanOutcome } from '../facade.ts';
import type { ContactDesk } from './contact-desk.ts';
import type { ContactStores } from './contact-stores.ts';
import type { TrustStore } from './trust-store.ts';

/** Who the people of this account's chats are, and what was found out about it. */
export interface Contacts {
  /** Something about this person, or about everybody, changed. */
  changed(userId?: UserId): void;
  /** As `ContactsClient.markChecked`. */
  markChecked(userId: UserId, digits: string): Promise<void>;
  unmarkChecked(userId: UserId): Promise<void>;
  scan(userId: UserId, scanned: string): Promise<ScanOutcome>;
  /** As `ContactsClient.acceptKeyChange`. */
  accept(userId: UserId, digits: string): Promise<void>;
  stop(): void;
}

export interface ContactsOptions {
  context: AccountContext;
  trust: TrustStore;
  stores: ContactStores;
  /** Of somebody in a chat with this account; undefined while none is known. */
  profileOf: (userId: UserId) => Profile | undefined;
  /** Whether the list of chats is complete: somebody in none of them is nobody's contact. */
  isListed: () => boolean;
  /** Another account key was taken as this person's: their chats need new keys. */
  onAccepted: (userId: UserId) => void;
  /** Asks for what is new of the own account: its key is in each safety code. */
  refreshOwn: () => Promise<unknown>;
}

/** Loads what computes and compares safety codes when somebody first looks at a contact. */
export function createContacts(options: ContactsOptions): Contacts {
  const { context, stores } = options;
  let desk: Promise<ContactDesk> | null = null;

  async function load(): Promise<ContactDesk> {
    desk ??= import('./contact-desk.ts').then(({ createContactDesk }) =>
      createContactDesk(options),
    );
    try {
      return await desk;
    } catch (error) {
      // The file could not be fetched: whoever asks next tries again.
      desk = null;
      throw error;
    }
  }

  async function show(userId?: UserId): Promise<void> {
    const loaded = await load();
    if (context.isOpen()) loaded.changed(userId);
  }

  function changed(userId?: UserId): void {
    const open = stores.open();
    const isWatched = userId === undefined ? open.length > 0 : open.includes(userId);
    if (isWatched) void show(userId).catch(() => undefined);
  }

  async function begin(userId: UserId): Promise<void> {
    await show(userId);
    await (await load()).lookAgain(userId);
  }

  const stopWatching = stores.watched.on((userId) => {
    if (context.isOpen()) void begin(userId).catch(() => undefined);
  });

  return {
    changed,
    markChecked: async (userId, digits) => (await load()).markChecked(userId, digits),
    unmarkChecked: async (userId) => (await load()).unmarkChecked(userId),
    scan: async (userId, scanned) => (await load()).scan(userId, scanned),
    accept: async (userId, digits) => (await load()).accept(userId, digits),
    stop: stopWatching,
  };
}
