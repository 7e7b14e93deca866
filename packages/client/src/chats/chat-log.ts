import type { ChatId } from '@sotto/protocol';
import type { AccountContext } from '../engine/account-context.ts';
import type { ChatMessage, ChatState } from '../facade.ts';
import type { OutboxEntry } from '../outbox/outbox-entry.ts';
import { keysUnder } from '../storage/record-keys.ts';
import type { ChatBook } from './chat-book.ts';
import { partnerOf, partnerProgress } from './chat-record.ts';
import { emptyChat, isSameMessage, missingOf, viewMessage, viewQueued } from './chat-view.ts';
import { messageAtRestSchema, messageKey } from './message-record.ts';
import type { MessageAtRest } from './message-record.ts';

/** Messages that a chat opens with, and that each `loadOlder` adds. */
const windowSize = 50;
/** More than this at once is a backlog, not a conversation. */
const backlogFrom = 20;
/** Messages that may arrive one by one before the oldest ones leave the window. */
const mostAhead = 500;

/** The window onto one open chat: the newest messages, and older ones as they were asked for. */
export interface ChatLog {
  /** Reads the newest messages; the log shows nothing before. */
  open(): Promise<void>;
  loadOlder(): Promise<void>;
  append(messages: readonly MessageAtRest[]): void;
  /** Puts messages that could be opened after all in the place of what stood there. */
  replace(messages: readonly MessageAtRest[]): void;
  view(facts: { trust: ChatState['trust']; hasKey: boolean; draft: string }): ChatState;
}

export function createChatLog(options: {
  context: AccountContext;
  chatId: ChatId;
  book: ChatBook;
  queued: () => readonly OutboxEntry[];
  /** Queued messages whose rows do not open any more. */
  damagedQueued: () => number;
}): ChatLog {
  const { context, chatId, book, queued, damagedQueued } = options;
  const { store, userId, deviceId } = context;
  let window: MessageAtRest[] = [];
  let isOpen = false;
  let hasOlder = false;
  let wanted = windowSize;
  let firstUnreadSeq: number | null = null;
  let shown: readonly ChatMessage[] = [];
  let opening: Promise<void> | null = null;

  /** What was opened late: a read that began before must not bring the unreadable form back. */
  const revised = new Map<number, MessageAtRest>();
  /** Rows that do not open any more; shown as missing. */
  const damaged = new Set<string>();
  const newestOf = (message: MessageAtRest) => revised.get(message.seq) ?? message;

  const bounds = keysUnder(`${chatId}/s/`);

  async function readBefore(seq: number | null): Promise<MessageAtRest[]> {
    const to = seq === null ? bounds.to : messageKey(chatId, seq);
    let damagedNow = 0;
    const rows = await store.range(
      'messages',
      { from: bounds.from, to, limit: windowSize + 1, reverse: true },
      messageAtRestSchema,
      (key) => {
        damagedNow += 1;
        damaged.add(key);
      },
    );
    hasOlder = rows.length + damagedNow > windowSize;
    return rows
      .slice(0, windowSize)
      .map(({ value }) => value)
      .reverse();
  }

  async function firstUnread(): Promise<number | null> {
    const chat = book.get(chatId);
    if (!chat || chat.unread === 0) return null;
    const from = messageKey(chatId, chat.readSeq + 1);
    const rows = await store.range(
      'messages',
      { from, to: bounds.to, limit: windowSize },
      messageAtRestSchema,
      () => undefined,
    );
    return rows.find(({ value }) => value.senderId !== userId)?.value.seq ?? null;
  }

  async function load(): Promise<void> {
    const [newest, unreadSeq] = await Promise.all([readBefore(null), firstUnread()]);
    // What arrived while reading is in the window already.
    const last = newest.at(-1)?.seq ?? 0;
    window = [...newest, ...window.filter(({ seq }) => seq > last)].map(newestOf);
    firstUnreadSeq = unreadSeq;
    isOpen = true;
  }

  return {
    open() {
      opening ??= load().catch((error: unknown) => {
        opening = null;
        throw error;
      });
      return opening;
    },
    async loadOlder() {
      await opening;
      const first = window[0];
      if (!first || !hasOlder) return;
      const older = await readBefore(first.seq);
      if (window[0]?.seq !== first.seq) return;
      window = [...older.map(newestOf), ...window];
      wanted = window.length;
    },
    append(messages) {
      const last = window.at(-1)?.seq ?? 0;
      const next = messages.filter(({ seq }) => seq > last);
      window = [...window, ...next];
      // Catching up on a long absence, or a chat that stays open for days, must not pull the whole
      // log into memory.
      const most = next.length > backlogFrom ? wanted : wanted + mostAhead;
      if (window.length <= most) return;
      window = window.slice(-(next.length > backlogFrom ? wanted : wanted + mostAhead / 2));
      hasOlder = true;
    },
    replace(messages) {
      for (const message of messages) revised.set(message.seq, message);
      window = window.map(newestOf);
    },
    view({ trust, hasKey, draft }) {
      const chat = book.get(chatId);
      if (!chat) return emptyChat;
      const partner = partnerOf(chat, userId);
      const state = {
        partner,
        firstUnreadSeq,
        readSeq: chat.readSeq,
        trust,
        canSend: hasKey && trust !== 'changed' && trust !== 'doubtful' && !chat.partnerGone,
        ...(chat.partnerGone && { partnerGone: true }),
        missing: missingOf(chat) + damaged.size + damagedQueued(),
        ...(chat.rewound && { rewound: true }),
        draft,
      };
      if (!isOpen) return { ...emptyChat, ...state };
      const progress = partnerProgress(chat, userId);
      // Only this device's own ids: somebody else's message with the same id must not hide one.
      const ids = new Set(
        window.flatMap(({ clientId, senderDeviceId }) =>
          senderDeviceId === deviceId ? [clientId] : [],
        ),
      );
      const next = [
        ...window.map((message) => viewMessage(message, userId, progress)),
        ...queued()
          .filter(({ clientId }) => !ids.has(clientId))
          .map((entry) => viewQueued(entry, userId)),
      ];
      shown = keepSame(shown, next);
      return { ...state, status: 'ready', messages: shown, hasOlder };
    },
  };
}

/** Unchanged messages stay the same objects, so that the interface draws only what changed. */
function keepSame(before: readonly ChatMessage[], next: ChatMessage[]): readonly ChatMessage[] {
  const known = new Map(before.map((message) => [message.id, message]));
  const merged = next.map((message) => {
    const old = known.get(message.id);
    return old && isSameMessage(old, message) ? old : message;
  });
  const same =
    merged.length === before.length && merged.every((message, at) => message === before[at]);
  return same ? before : merged;
}
