import type { ChatId } from '@sotto/protocol';
import type { AccountContext } from '../engine/account-context.ts';
import type { WritableStore } from '../engine/writable-store.ts';
import type { ChatListState, Trust } from '../facade.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { ChatBook } from './chat-book.ts';
import { createChatLog } from './chat-log.ts';
import type { ChatLog } from './chat-log.ts';
import type { ChatAtRest } from './chat-record.ts';
import type { ChatStores } from './chat-stores.ts';
import { activityOf, emptyChat, viewSummary } from './chat-view.ts';
import type { Drafts } from './drafts.ts';
import type { KeyRing } from './key-ring.ts';
import type { MessageAtRest } from './message-record.ts';

/** Draws the chat list and the open chats from what the parts of the engine know. */
export interface ChatPublisher {
  /** Shows the list and opens the logs of chats that somebody is looking at. `known`: what is stored is a list that was complete once. */
  start(known: boolean): void;
  /** The list is complete: an unknown chat does not exist, rather than not be here yet. */
  listed(): void;
  chatChanged(chatId: ChatId): void;
  allChanged(): void;
  appended(chatId: ChatId, messages: readonly MessageAtRest[]): void;
  replaced(chatId: ChatId, messages: readonly MessageAtRest[]): void;
  loadOlder(chatId: ChatId): Promise<void>;
  stop(): void;
}

export function createChatPublisher(options: {
  context: AccountContext;
  list: WritableStore<ChatListState>;
  stores: ChatStores;
  book: ChatBook;
  ring: KeyRing;
  trust: TrustStore;
  outbox: Outbox;
  drafts: Drafts;
  /** Whether the relay shows less of the own chain than the vault names. */
  isBehind: () => boolean;
}): ChatPublisher {
  const { context, list, stores, book, ring, trust, outbox, drafts, isBehind } = options;
  const { userId } = context;
  const logs = new Map<ChatId, ChatLog>();
  const pending = new Set<ChatId>();
  let listPending = false;
  let isListed = false;
  let isKnown = false;

  function publishList(): void {
    const rows = book.all().map((chat) => {
      const hasDraft = drafts.get(chat.chatId) !== '';
      const summary = viewSummary(
        chat,
        userId,
        outbox.entries(chat.chatId),
        hasDraft,
        trustIn(chat),
      );
      return { summary, atMs: activityOf(summary, chat) };
    });
    rows.sort((a, b) => b.atMs - a.atMs);
    const chats = rows.map(({ summary }) => summary);
    list.set({ status: isListed || isKnown || chats.length > 0 ? 'ready' : 'loading', chats });
  }

  /** Of the partner; a doubt about the own devices stands in every chat, one about a key in that chat. */
  function trustIn({ members, disputedEpoch }: ChatAtRest): Trust {
    if (isBehind() || trust.trustOf(userId) === 'doubtful') return 'doubtful';
    const partner = members.find((member) => member.userId !== userId);
    const found = partner ? trust.trustOf(partner.userId) : 'unchecked';
    return disputedEpoch !== null && found !== 'changed' ? 'doubtful' : found;
  }

  async function publishChat(chatId: ChatId): Promise<void> {
    const store = stores.store(chatId);
    const chat = book.get(chatId);
    if (!chat) {
      store.set({ ...emptyChat, status: isListed ? 'not_found' : 'loading' });
      return;
    }
    const log = logs.get(chatId) ?? begin(chatId);
    await log.open();
    const key = await ring.current(chatId);
    if (!context.isOpen() || logs.get(chatId) !== log) return;
    const draft = drafts.get(chatId);
    store.set(log.view({ trust: trustIn(chat), hasKey: key !== undefined, draft }));
  }

  function begin(chatId: ChatId): ChatLog {
    const queued = () => outbox.entries(chatId);
    const damagedQueued = () => outbox.damaged(chatId);
    const log = createChatLog({ context, chatId, book, queued, damagedQueued });
    logs.set(chatId, log);
    return log;
  }

  /** Changes that come together are drawn once, at the end of the current turn. */
  function plan(): void {
    queueMicrotask(() => {
      if (!context.isOpen()) return;
      if (listPending) {
        listPending = false;
        publishList();
      }
      for (const chatId of pending) {
        pending.delete(chatId);
        // A log that cannot be read stays as it was; the next change tries again.
        if (isWatched(chatId)) void publishChat(chatId).catch(() => undefined);
      }
    });
  }

  const isWatched = (chatId: ChatId) => stores.open().includes(chatId);

  function chatChanged(chatId: ChatId): void {
    listPending = true;
    pending.add(chatId);
    plan();
  }

  function allChanged(): void {
    listPending = true;
    for (const chatId of stores.open()) pending.add(chatId);
    plan();
  }

  const stopWatching = stores.watched.on(({ chatId, watched }) => {
    if (!context.isOpen()) return;
    if (watched) {
      pending.add(chatId);
      return plan();
    }
    // Whoever listens again in the same turn, as an interface does when it draws anew, finds it open.
    queueMicrotask(() => {
      if (isWatched(chatId) || !context.isOpen()) return;
      logs.delete(chatId);
      stores.store(chatId).set(emptyChat);
    });
  });

  return {
    start(known) {
      isKnown = known;
      allChanged();
    },
    listed() {
      isListed = true;
      allChanged();
    },
    chatChanged,
    allChanged,
    appended(chatId, messages) {
      logs.get(chatId)?.append(messages);
      chatChanged(chatId);
    },
    replaced(chatId, messages) {
      logs.get(chatId)?.replace(messages);
      chatChanged(chatId);
    },
    async loadOlder(chatId) {
      await logs.get(chatId)?.loadOlder();
      chatChanged(chatId);
    },
    stop: stopWatching,
  };
}
