import type { ChatId, ChatRecord, UserId } from '@sotto/protocol';
import { ClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import { createSerialQueue } from '../engine/serial-queue.ts';
import type { SerialQueue } from '../engine/serial-queue.ts';
import { createSignal } from '../engine/signal.ts';
import type { Signal } from '../engine/signal.ts';
import { keysUnder } from '../storage/record-keys.ts';
import type { StorageWrite } from '../storage/storage-port.ts';
import { chatRecordAtRestSchema } from './chat-record.ts';
import type { ChatAtRest } from './chat-record.ts';

/** The chats of the account: in memory while open, sealed at rest, changed one step at a time. */
export interface ChatBook {
  readonly changed: Signal<ChatId>;
  load(): Promise<void>;
  all(): ChatAtRest[];
  get(chatId: ChatId): ChatAtRest | undefined;
  /** Throws `not_found`. */
  require(chatId: ChatId): ChatAtRest;
  /**
   * Takes over what the relay says of a chat. Who is in a known direct chat never changes, whatever
   * the relay says, but for the other one whose account is gone; a chat without this account, or with
   * three people, is refused as `untrusted`.
   */
  merge(record: ChatRecord): Promise<ChatAtRest>;
  /** Runs alone among all changes of this chat. */
  exclusively<Result>(chatId: ChatId, task: () => Promise<Result>): Promise<Result>;
  /** Only inside `exclusively`: writes the changed chat and `writes` in one batch. */
  commit(next: ChatAtRest, writes?: readonly StorageWrite[]): Promise<void>;
  /** Resolves when all changes given so far have ended. */
  idle(): Promise<void>;
}

export function createChatBook(context: AccountContext): ChatBook {
  const { store, userId } = context;
  const chats = new Map<ChatId, ChatAtRest>();
  const queues = new Map<ChatId, SerialQueue>();
  const changed = createSignal<ChatId>();

  function queue(chatId: ChatId): SerialQueue {
    let found = queues.get(chatId);
    if (!found) queues.set(chatId, (found = createSerialQueue()));
    return found;
  }

  async function commit(next: ChatAtRest, writes: readonly StorageWrite[] = []): Promise<void> {
    const row = await store.seal('chats', next.chatId, next);
    if (!context.isOpen()) throw new ClientError('locked');
    await store.write([...writes, row]);
    chats.set(next.chatId, next);
    changed.emit(next.chatId);
  }

  const get = (chatId: ChatId) => chats.get(chatId);

  return {
    changed,
    get,
    all: () => [...chats.values()],
    async load() {
      // A damaged chat is made anew from the relay's list and log; its messages are here still.
      const rows = await store.range(
        'chats',
        keysUnder(''),
        chatRecordAtRestSchema,
        () => undefined,
      );
      for (const { value } of rows) chats.set(value.chatId, value);
    },
    require(chatId) {
      const chat = chats.get(chatId);
      if (!chat) throw new ClientError('not_found');
      return chat;
    },
    exclusively: (chatId, task) => queue(chatId).run(task),
    merge: (record) =>
      queue(record.chatId).run(async () => {
        assertDirect(record, userId);
        const before = get(record.chatId);
        const next = before ? mergeInto(before, record) : begin(record);
        if (before !== next) await commit(next);
        return next;
      }),
    commit,
    async idle() {
      await Promise.all([...queues.values()].map((one) => one.idle()));
    },
  };
}

function assertDirect({ members }: ChatRecord, userId: UserId): void {
  const ids = new Set(members.map((member) => member.userId));
  if (!ids.has(userId) || members.length > 2 || ids.size !== members.length) {
    throw new ClientError('untrusted');
  }
}

/** Whose account was deleted is left out by the relay, and shown here as the one who it was. */
function mergeInto(before: ChatAtRest, record: ChatRecord): ChatAtRest {
  const ids = before.members.map(({ userId }) => userId);
  if (!record.members.every(({ userId }) => ids.includes(userId))) {
    throw new ClientError('untrusted');
  }
  const members = before.members.map(
    (known) => record.members.find(({ userId }) => userId === known.userId) ?? known,
  );
  const partnerGone = record.members.length < ids.length;
  const headSeq = Math.max(before.headSeq, record.headSeq);
  const sameMembers = JSON.stringify(before.members) === JSON.stringify(members);
  const same = sameMembers && partnerGone === before.partnerGone;
  if (headSeq === before.headSeq && same) return before;
  return { ...before, members, partnerGone, headSeq };
}

function begin({ chatId, members, createdAtMs, headSeq }: ChatRecord): ChatAtRest {
  return {
    chatId,
    members,
    createdAtMs,
    headSeq,
    cursor: 0,
    readSeq: 0,
    unread: 0,
    last: null,
    receipts: [],
    senders: [],
    holes: 0,
    unopened: [],
    receipted: { deliveredSeq: 0, readSeq: 0 },
    sealedFor: '',
    rewound: false,
    partnerGone: false,
    disputedEpoch: null,
  };
}
