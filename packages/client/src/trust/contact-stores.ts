import type { UserId } from '@sotto/protocol';
import { createSignal } from '../engine/signal.ts';
import type { Signal } from '../engine/signal.ts';
import { createStore } from '../engine/writable-store.ts';
import type { WritableStore } from '../engine/writable-store.ts';
import type { ContactState } from '../facade.ts';

/** What is shown before anything is known of a person. */
export const emptyContact: ContactState = {
  status: 'loading',
  profile: null,
  trust: 'unchecked',
  digits: null,
  qr: null,
  checkedAtMs: null,
  deviceCount: 0,
  change: null,
};

/** One store per person for the life of the engine, across locking and unlocking. */
export interface ContactStores {
  /** The first listener came. */
  readonly watched: Signal<UserId>;
  store(userId: UserId): WritableStore<ContactState>;
  /** People somebody is looking at now. */
  open(): UserId[];
  /** Nothing of anybody stays behind in any snapshot. */
  clear(status: 'locked' | 'loading'): void;
}

export function createContactStores(initialStatus: () => ContactState['status']): ContactStores {
  const stores = new Map<UserId, WritableStore<ContactState>>();
  const listening = new Set<UserId>();
  const watched = createSignal<UserId>();

  /**
   * Whoever looks next sees no safety code before it was asked for anew. Whoever listens again in the same
   * turn, as an interface does when it draws anew, sees it stay.
   */
  function forgetSoon(userId: UserId, store: WritableStore<ContactState>): void {
    queueMicrotask(() => {
      if (listening.has(userId)) return;
      store.set({ ...emptyContact, status: initialStatus() });
    });
  }

  return {
    watched,
    open: () => [...listening],
    store(userId) {
      let found = stores.get(userId);
      if (!found) {
        const initial = { ...emptyContact, status: initialStatus() };
        const created = createStore<ContactState>(initial, (isWatched) => {
          if (!isWatched) {
            listening.delete(userId);
            return forgetSoon(userId, created);
          }
          listening.add(userId);
          watched.emit(userId);
        });
        stores.set(userId, (found = created));
      }
      return found;
    },
    clear(status) {
      for (const store of stores.values()) store.set({ ...emptyContact, status });
    },
  };
}
