import type { ChatId, ChatRecord, UserId } from '@sotto/protocol';
import type { ChatBook } from '../chats/chat-book.ts';
import type { ChatKeys } from '../chats/chat-keys.ts';
import { partnerProgress } from '../chats/chat-record.ts';
import type { ChatAtRest } from '../chats/chat-record.ts';
import { isClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import { limits } from '@sotto/protocol';
import type { TrustStore } from '../trust/trust-store.ts';
import type { ChatSync } from './chat-sync.ts';

/** Requests of one kind that are on their way at once. */
const atOnce = 4;

/** What is fetched after every reconnect, and when the relay hints that something changed. */
export interface CatchUp {
  /** Lists the chats, looks everybody's manifests up, exchanges keys where due, fills the logs. */
  everything(): Promise<void>;
  chats(): Promise<void>;
  /** Somebody's manifest changed. */
  person(userId: UserId): Promise<void>;
  keys(chatId: ChatId): Promise<void>;
  /**
   * Looks up whoever of these was not looked up since what was known of them was forgotten last.
   * False if there was nobody.
   */
  lookAt(ids: readonly UserId[]): Promise<boolean>;
  /** What was looked up of this person, or of everybody, may be out of date from now on. */
  forgetLooks(id?: UserId): void;
}

export function createCatchUp(options: {
  context: AccountContext;
  book: ChatBook;
  trust: TrustStore;
  chatKeys: ChatKeys;
  sync: ChatSync;
  /** Chats that are on the screen come first and always. */
  watched: () => readonly ChatId[];
  listed: () => void;
}): CatchUp {
  const { context, book, trust, chatKeys, sync, watched, listed } = options;
  const { http, userId } = context;
  /** Chats of which the relay named a lower newest number than was here when it was asked. */
  const setBack = new Set<ChatId>();
  /** People whose newest manifest was asked for since the last reconnect and the last word of a change. */
  const lookedAt = new Set<UserId>();
  /** Raised whenever a look that is under way may miss something. */
  let forgotten = 0;

  async function listChats(): Promise<ChatId[]> {
    const found: ChatId[] = [];
    const before = new Map(book.all().map(({ chatId, cursor }) => [chatId, cursor]));
    let after: ChatId | undefined;
    for (;;) {
      const { chats } = await http.call('listChats', { query: { after } });
      for (const record of chats) {
        if (!(await accepted(record))) continue;
        found.push(record.chatId);
        if (record.headSeq < (before.get(record.chatId) ?? 0)) setBack.add(record.chatId);
      }
      const last = chats.at(-1);
      if (!last || chats.length < limits.chatsPerPage || last.chatId <= (after ?? '')) break;
      after = last.chatId;
    }
    listed();
    return found;
  }

  /** A chat whose members do not hold is left out; those that are known stay as they were. */
  async function accepted(record: ChatRecord): Promise<boolean> {
    try {
      await book.merge(record);
      return true;
    } catch (error) {
      if (isClientError(error, 'untrusted')) return false;
      throw error;
    }
  }

  /** The alarm stays with the person and is shown in their chats. */
  async function look(id: UserId): Promise<void> {
    const began = forgotten;
    try {
      await trust.refresh(id);
    } catch (error) {
      const known =
        isClientError(error, 'rollback') ||
        isClientError(error, 'untrusted') ||
        isClientError(error, 'not_found');
      if (!known) throw error;
    }
    if (began === forgotten) lookedAt.add(id);
  }

  const needsSync = (chat: ChatAtRest): boolean =>
    chat.headSeq > chat.cursor ||
    chat.rewound ||
    setBack.delete(chat.chatId) ||
    watched().includes(chat.chatId) ||
    // Receipts come with a page: an own message that is not read yet may be by now.
    (chat.last?.own === true && partnerProgress(chat, userId).readSeq < chat.last.seq);

  async function one(chatId: ChatId): Promise<void> {
    if (await chatKeys.isDue(chatId)) await chatKeys.exchange(chatId);
    if (needsSync(book.require(chatId))) await sync.catchUp(chatId);
  }

  return {
    async chats() {
      const found = await listChats();
      await eachOf(people(book, found), look);
      await eachOf(found, one);
    },
    async lookAt(ids) {
      const missing = () => ids.filter((id) => !lookedAt.has(id));
      const asked = missing().length > 0;
      while (missing().length > 0) await eachOf(missing(), look);
      return asked;
    },
    forgetLooks(id) {
      forgotten += 1;
      if (id === undefined) lookedAt.clear();
      else lookedAt.delete(id);
    },
    async everything() {
      const found = await listChats();
      await eachOf([...new Set([userId, ...people(book, found)])], look);
      const first = watched();
      await eachOf(
        found.toSorted((a, b) => Number(first.includes(b)) - Number(first.includes(a))),
        one,
      );
    },
    async person(id) {
      await look(id);
      const theirs = book.all().filter(({ members }) => members.some((m) => m.userId === id));
      await eachOf(
        theirs.map(({ chatId }) => chatId),
        async (chatId) => {
          if (await chatKeys.isDue(chatId)) await chatKeys.exchange(chatId);
        },
      );
    },
    async keys(chatId) {
      if (!book.get(chatId)) return void (await listChats());
      await chatKeys.exchange(chatId);
    },
  };
}

function people(book: ChatBook, chatIds: readonly ChatId[]): UserId[] {
  const ids = chatIds.flatMap((id) => book.get(id)?.members.map((member) => member.userId) ?? []);
  return [...new Set(ids)];
}

async function eachOf<Item>(
  items: readonly Item[],
  task: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const work = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await task(item);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
