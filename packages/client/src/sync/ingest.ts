import { equalBytes } from '@sotto/crypto';
import type { ChatId } from '@sotto/protocol';
import type { ChatBook } from '../chats/chat-book.ts';
import type { ChatAtRest } from '../chats/chat-record.ts';
import type { KeyRing } from '../chats/key-ring.ts';
import {
  messageAtRestSchema,
  messageIdKey,
  messageIdSchema,
  messageKey,
} from '../chats/message-record.ts';
import type { MessageAtRest } from '../chats/message-record.ts';
import { openMessage } from '../chats/open-message.ts';
import type { Envelope } from '../chats/open-message.ts';
import { noteCounter } from '../chats/sender-counters.ts';
import type { AccountContext } from '../engine/account-context.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { ifDamaged } from '../storage/sealed-store.ts';
import type { StorageWrite } from '../storage/storage-port.ts';
import type { TrustStore } from '../trust/trust-store.ts';

/** Messages opened before the event loop gets its turn; about 10 ms of work. */
const messagesAtOnce = 25;
const previewCharacters = 120;
/** A chat remembers at most this many messages to try again. */
const mostUnopened = 5000;

/** Opens numbered messages and puts them into the store. */
export interface Ingest {
  /**
   * Takes envelopes in order, the first at the cursor + 1; runs inside the chat's exclusive turn.
   * A batch is durable as a whole: messages, cursor, counters, and own ones out of the outbox.
   */
  append(chatId: ChatId, envelopes: readonly Envelope[]): Promise<MessageAtRest[]>;
  /** Tries again what could not be opened; returns what changed. */
  reopen(chatId: ChatId): Promise<MessageAtRest[]>;
}

export function createIngest(options: {
  context: AccountContext;
  book: ChatBook;
  ring: KeyRing;
  trust: TrustStore;
  outbox: () => Outbox;
}): Ingest {
  const { context, book, ring, trust, outbox } = options;
  const { store, userId, deviceId } = context;

  /** The number at which this id of the sender's device stands already, if it is another one. */
  async function usedElsewhere(idKey: string, seq: number): Promise<boolean> {
    const used = await store
      .read('messages', idKey, messageIdSchema)
      .catch(ifDamaged(() => undefined));
    return used !== undefined && used.seq !== seq;
  }

  /** Something in the name of this device, under the id of a message that waits here, that is not that message. */
  function isForgedOwn({ chatId, clientId, ciphertext, ...sender }: Envelope): boolean {
    if (!isOwn(sender)) return false;
    const queued = outbox()
      .entries(chatId)
      .find((entry) => entry.clientId === clientId);
    if (!queued) return false;
    return queued.ciphertext === null || !equalBytes(queued.ciphertext, ciphertext);
  }

  /**
   * Undefined for an envelope whose id this device of the sender has used at another number. Only what
   * was opened, or may be, takes an id: a corrupt copy sent ahead does not hide the message itself.
   */
  async function admit(chat: ChatAtRest, envelope: Envelope) {
    if (isForgedOwn(envelope)) return 'forged' as const;
    const idKey = messageIdKey(chat.chatId, envelope.senderDeviceId, envelope.clientId);
    if (await usedElsewhere(idKey, envelope.seq)) return undefined;
    const opened = await openMessage({ envelope, chat, ring, trust });
    const { body } = opened.message;
    const takesId = body.kind !== 'unreadable' || body.cause === 'key_missing';
    return { idKey, takesId, ...opened };
  }

  function noted(chat: ChatAtRest, message: MessageAtRest, counter: number | null): ChatAtRest {
    const own = message.senderId === userId;
    const senders =
      counter === null ? chat.senders : noteCounter(chat.senders, message.senderDeviceId, counter);
    const waits = message.body.kind === 'unreadable' && message.ciphertext !== null;
    return {
      ...chat,
      senders,
      unopened: waits ? [...chat.unopened, message.seq].slice(-mostUnopened) : chat.unopened,
      unread: chat.unread + (own || message.seq <= chat.readSeq ? 0 : 1),
      last: {
        preview: previewOf(message),
        atMs: message.sentAtMs,
        own,
        seq: message.seq,
      },
    };
  }

  async function appendSome(chatId: ChatId, envelopes: readonly Envelope[]) {
    let chat = book.require(chatId);
    const taken = new Set<string>();
    const admitted = await Promise.all(
      envelopes.map(async (envelope) => await admit(chat, envelope)),
    );
    const writes: StorageWrite[] = [];
    const messages: MessageAtRest[] = [];
    for (const one of admitted) {
      if (one === 'forged') chat = { ...chat, holes: chat.holes + 1 };
      if (one === undefined || one === 'forged' || taken.has(one.idKey)) continue;
      const { message, counter, idKey, takesId } = one;
      if (takesId) taken.add(idKey);
      chat = noted(chat, message, counter);
      messages.push(message);
      const { seq } = message;
      writes.push(await store.seal('messages', messageKey(chatId, seq), message));
      if (takesId) writes.push(await store.seal('messages', idKey, { seq }));
      if (isOwn(message)) writes.push(...outbox().removal(chatId, message.clientId));
    }
    const cursor = envelopes.at(-1)?.seq ?? chat.cursor;
    await book.commit({ ...chat, cursor, headSeq: Math.max(chat.headSeq, cursor) }, writes);
    outbox().removed(
      chatId,
      messages.filter(isOwn).map(({ clientId }) => clientId),
    );
    return messages;
  }

  const isOwn = (message: Pick<MessageAtRest, 'senderId' | 'senderDeviceId'>) =>
    message.senderId === userId && message.senderDeviceId === deviceId;

  return {
    async append(chatId, envelopes) {
      const messages: MessageAtRest[] = [];
      for (let at = 0; at < envelopes.length; at += messagesAtOnce) {
        messages.push(...(await appendSome(chatId, envelopes.slice(at, at + messagesAtOnce))));
        await turn();
      }
      return messages;
    },
    reopen: (chatId) =>
      book.exclusively(chatId, async () => {
        let chat = book.require(chatId);
        const writes: StorageWrite[] = [];
        const changed: MessageAtRest[] = [];
        const taken = new Set<string>();
        for (const seq of chat.unopened) {
          const key = messageKey(chatId, seq);
          const before = await store
            .read('messages', key, messageAtRestSchema)
            .catch(ifDamaged(() => undefined));
          if (!before?.ciphertext) continue;
          const { ciphertext } = before;
          const envelope = { ...before, chatId, ciphertext };
          const { message, counter } = await openMessage({ envelope, chat, ring, trust });
          if (message.body.kind === 'unreadable') continue;
          const idKey = messageIdKey(chatId, message.senderDeviceId, message.clientId);
          if (taken.has(idKey) || (await usedElsewhere(idKey, seq))) continue;
          taken.add(idKey);
          changed.push(message);
          writes.push(
            await store.seal('messages', key, message),
            await store.seal('messages', idKey, { seq }),
          );
          if (counter === null) continue;
          const senders = noteCounter(chat.senders, message.senderDeviceId, counter, true);
          const last =
            chat.last?.seq === seq ? { ...chat.last, preview: previewOf(message) } : chat.last;
          chat = { ...chat, senders, last };
        }
        if (changed.length > 0) {
          const done = new Set(changed.map(({ seq }) => seq));
          const unopened = chat.unopened.filter((seq) => !done.has(seq));
          await book.commit({ ...chat, unopened }, writes);
        }
        return changed;
      }),
  };
}

function previewOf({ body }: MessageAtRest): string | null {
  if (body.kind !== 'text') return null;
  return Array.from(body.text.slice(0, previewCharacters * 2))
    .slice(0, previewCharacters)
    .join('');
}

/** Lets timers, input and other messages through. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
