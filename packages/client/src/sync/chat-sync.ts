import { limits } from '@sotto/protocol';
import type { ChatId, ReceiptEnvelope } from '@sotto/protocol';
import type { ChatBook } from '../chats/chat-book.ts';
import {
  messageAtRestSchema,
  messageIdKey,
  messageIdSchema,
  messageKey,
} from '../chats/message-record.ts';
import type { MessageAtRest } from '../chats/message-record.ts';
import type { Envelope } from '../chats/open-message.ts';
import { ClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import { createSignal } from '../engine/signal.ts';
import type { Signal } from '../engine/signal.ts';
import type { RelayConnection } from '../transport/relay-connection.ts';
import { ifDamaged } from '../storage/sealed-store.ts';
import { retryDelayMs } from '../transport/retry-delay.ts';
import type { Ingest } from './ingest.ts';

/**
 * Brings each chat's log here without holes. A message that does not continue the log is not taken
 * but fetched in order; what is already here is taken once. The relay's word is checked where it
 * can be: a page has to belong to the chat and to continue at the cursor.
 */
export interface ChatSync {
  /** New messages, in order, after they are durable. */
  readonly arrived: Signal<{ chatId: ChatId; messages: MessageAtRest[] }>;
  /** A message that was pushed, or an own one that was acknowledged. */
  accept(envelope: Envelope): Promise<void>;
  /** Fetches what is after the cursor; resolves when there is nothing more for now. */
  catchUp(chatId: ChatId): Promise<void>;
  stop(): void;
}

/** A page that leaves out numbers is asked for again this often before they are given up as missing. */
const holeTries = 3;
/** A page that leaves out more than this is refused: no later word of the relay would count after it. */
const mostSkipped = 1000;

export function createChatSync(options: {
  context: AccountContext;
  book: ChatBook;
  ingest: Ingest;
  connection: () => RelayConnection;
  receipts: (chatId: ChatId, receipts: readonly ReceiptEnvelope[]) => Promise<void>;
}): ChatSync {
  const { context, book, ingest, connection, receipts } = options;
  const { store, userId } = context;
  const { clock, random } = context.platform;
  const arrived = createSignal<{ chatId: ChatId; messages: MessageAtRest[] }>();
  const running = new Map<ChatId, Promise<void>>();
  const again = new Set<ChatId>();
  const failures = new Map<ChatId, number>();
  const timers = new Map<ChatId, () => void>();
  /** Messages that came under a taken number, each counted once. */
  const conflicts = new Set<string>();

  /** Takes what continues the log; returns whether the cursor moved. */
  async function take(chatId: ChatId, envelopes: readonly Envelope[]): Promise<boolean> {
    const messages = await book.exclusively(chatId, async () => {
      const { cursor } = book.require(chatId);
      const next: Envelope[] = [];
      for (const envelope of envelopes) {
        if (envelope.chatId === chatId && envelope.seq === cursor + next.length + 1) {
          next.push(envelope);
        }
      }
      return next.length === 0 ? null : await ingest.append(chatId, next);
    });
    if (messages && messages.length > 0) arrived.emit({ chatId, messages });
    return messages !== null;
  }

  function page(chatId: ChatId, afterSeq: number) {
    return connection().request('message:sync', {
      chatId,
      afterSeq,
      limit: limits.syncPageRows,
    });
  }

  /** The numbers up to the first of a page were never handed out: counts them and goes on. */
  async function skipHole(chatId: ChatId, firstSeq: number): Promise<void> {
    await book.exclusively(chatId, async () => {
      const chat = book.require(chatId);
      const holes = chat.holes + firstSeq - 1 - chat.cursor;
      if (firstSeq > chat.cursor + 1) await book.commit({ ...chat, holes, cursor: firstSeq - 1 });
    });
  }

  async function fetchAll(chatId: ChatId): Promise<void> {
    let tries = 0;
    while (context.isOpen() && connection().isOnline()) {
      const before = book.require(chatId).cursor;
      const answer = await page(chatId, before);
      const messages = answer.messages.filter((envelope) => envelope.chatId === chatId);
      const { cursor } = book.require(chatId);
      const firstSeq = Math.min(...messages.map(({ seq }) => seq).filter((seq) => seq > cursor));
      const moved = await take(chatId, messages);
      if (!moved && Number.isFinite(firstSeq) && firstSeq > cursor + 1) {
        if (firstSeq - cursor - 1 > mostSkipped) throw new ClientError('untrusted');
        tries += 1;
        if (tries < holeTries) continue;
        tries = 0;
        await skipHole(chatId, firstSeq);
        continue;
      }
      tries = 0;
      await noteHead(chatId, answer.headSeq, before);
      await receipts(chatId, answer.receipts);
      if (!moved || book.require(chatId).cursor >= answer.headSeq) return;
    }
  }

  /** `askedAfter`: what was here when the relay was asked. A lower newest number means that it was set back. */
  async function noteHead(chatId: ChatId, headSeq: number, askedAfter: number): Promise<void> {
    await book.exclusively(chatId, async () => {
      const chat = book.require(chatId);
      const rewound = headSeq < askedAfter;
      if (headSeq <= chat.headSeq && rewound === chat.rewound) return;
      await book.commit({ ...chat, headSeq: Math.max(headSeq, chat.headSeq), rewound });
    });
  }

  /** A number that is taken by another message: a relay that was set back gives its numbers anew. */
  async function compare(chatId: ChatId, envelope: Envelope): Promise<void> {
    const { seq, clientId, senderId, senderDeviceId } = envelope;
    const tag = `${seq} ${senderDeviceId} ${clientId}`;
    if (conflicts.has(tag)) return;
    await book.exclusively(chatId, async () => {
      const key = messageKey(chatId, seq);
      const stored = await store
        .read('messages', key, messageAtRestSchema)
        .catch(ifDamaged(() => undefined));
      if (!stored) return;
      if (stored.clientId === clientId && stored.senderDeviceId === senderDeviceId) return;
      const idKey = messageIdKey(chatId, senderDeviceId, clientId);
      // A replay of what is shown at its own number, as any hostile relay may send it.
      if (await store.read('messages', idKey, messageIdSchema)) return;
      conflicts.add(tag);
      const chat = book.require(chatId);
      // An own message stays in the outbox, where it can be seen.
      const holes = chat.holes + (senderId === userId ? 0 : 1);
      await book.commit({ ...chat, holes, rewound: true });
    });
  }

  async function run(chatId: ChatId): Promise<void> {
    do {
      again.delete(chatId);
      await fetchAll(chatId);
      failures.delete(chatId);
    } while (again.has(chatId) && context.isOpen());
  }

  function retryLater(chatId: ChatId, error: unknown): void {
    if (!context.isOpen() || !connection().isOnline()) return;
    const attempt = failures.get(chatId) ?? 0;
    failures.set(chatId, attempt + 1);
    const askedMs = error instanceof ClientError ? (error.retryAtMs ?? 0) - clock.now() : 0;
    timers.get(chatId)?.();
    const delayMs = Math.max(askedMs, retryDelayMs({ attempt, random }));
    timers.set(
      chatId,
      clock.setTimer(delayMs, () => void catchUp(chatId)),
    );
  }

  function catchUp(chatId: ChatId): Promise<void> {
    const current = running.get(chatId);
    if (current) {
      again.add(chatId);
      return current;
    }
    const task = run(chatId)
      .catch((error: unknown) => retryLater(chatId, error))
      .finally(() => running.delete(chatId));
    running.set(chatId, task);
    return task;
  }

  return {
    arrived,
    catchUp,
    async accept(envelope) {
      const { chatId, seq } = envelope;
      const chat = book.get(chatId);
      if (!chat) return;
      if (seq <= chat.cursor) return await compare(chatId, envelope);
      if (!running.has(chatId) && (await take(chatId, [envelope]))) return;
      if (seq > (book.get(chatId)?.cursor ?? 0)) await catchUp(chatId);
    },
    stop() {
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
