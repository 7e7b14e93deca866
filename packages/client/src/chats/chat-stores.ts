import type { ChatId } from '@sotto/protocol';
import { createSignal } from '../engine/signal.ts';
import type { Signal } from '../engine/signal.ts';
import { createStore } from '../engine/writable-store.ts';
import type { WritableStore } from '../engine/writable-store.ts';
import type { ChatState } from '../facade.ts';
import { emptyChat } from './chat-view.ts';

/** One store per chat for the life of the engine, across locking and unlocking. */
export interface ChatStores {
  /** The first listener came, or the last left. */
  readonly watched: Signal<{ chatId: ChatId; watched: boolean }>;
  store(chatId: ChatId): WritableStore<ChatState>;
  /** Chats that somebody has open now. */
  open(): ChatId[];
  /** Nothing readable stays behind in any snapshot. */
  clear(status: 'locked' | 'loading'): void;
}

export function createChatStores(initialStatus: () => ChatState['status']): ChatStores {
  const stores = new Map<ChatId, WritableStore<ChatState>>();
  const listening = new Set<ChatId>();
  const watched = createSignal<{ chatId: ChatId; watched: boolean }>();
  return {
    watched,
    open: () => [...listening],
    store(chatId) {
      let found = stores.get(chatId);
      if (!found) {
        const initial = { ...emptyChat, status: initialStatus() };
        found = createStore<ChatState>(initial, (isWatched) => {
          if (isWatched) listening.add(chatId);
          else listening.delete(chatId);
          watched.emit({ chatId, watched: isWatched });
        });
        stores.set(chatId, found);
      }
      return found;
    },
    clear(status) {
      for (const store of stores.values()) store.set({ ...emptyChat, status });
    },
  };
}
