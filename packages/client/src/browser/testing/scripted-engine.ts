import type { ChatId, ClientId } from '@sotto/protocol';
import { ClientError } from '../../client-error.ts';
import type { ChatState, SessionState, SottoClient, Store } from '../../facade.ts';
import { clientMethods } from '../messages.ts';

/** What all engines of one browser profile share. */
export interface Disk {
  outbox: string[];
}

interface Settable<Snapshot> extends Store<Snapshot> {
  set(snapshot: Snapshot): void;
  listenerCount(): number;
}

function settable<Snapshot>(initial: Snapshot): Settable<Snapshot> {
  const listeners = new Set<() => void>();
  let current = initial;
  return {
    getSnapshot: () => current,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(snapshot) {
      current = snapshot;
      for (const listener of listeners) listener();
    },
    listenerCount: () => listeners.size,
  };
}

export interface ScriptedEngine extends SottoClient {
  calls: string[];
  /** `sendText` and `findPerson` wait for it after their effect, before their answer. */
  answers: Promise<void>;
  openChats: Map<string, Settable<ChatState>>;
}

const emptyChat: ChatState = {
  status: 'ready',
  partner: null,
  messages: [],
  hasOlder: false,
  firstUnreadSeq: null,
  readSeq: 0,
  trust: 'unchecked',
  canSend: true,
  missing: 0,
  draft: '',
};

/** The facade with the least behaviour that locking, sending and watching need: the engine's place in tests of what is around it. */
export function scriptedEngine(disk: Disk): ScriptedEngine {
  const session = settable<SessionState>({
    phase: 'locked',
    cause: 'start',
    profile: null,
    retryAtMs: null,
  });
  const profile = { userId: 'u', handle: 'ada', displayName: 'Ada' } as never;
  const openChats = new Map<string, Settable<ChatState>>();
  const calls: string[] = [];
  const refuse = Object.fromEntries(
    Object.keys(clientMethods).map((name) => [
      name,
      () => Promise.reject(new ClientError('forbidden')),
    ]),
  ) as unknown as SottoClient;

  const engine: ScriptedEngine = {
    ...refuse,
    calls,
    answers: Promise.resolve(),
    openChats,
    session,
    connection: settable({ status: 'online' as const, retryAtMs: null }),
    chats: settable({ status: 'ready' as const, chats: [] }),
    chat(chatId: ChatId) {
      const store = openChats.get(chatId) ?? settable<ChatState>(emptyChat);
      openChats.set(chatId, store);
      return store;
    },
    unlock({ chatPassword }) {
      if (chatPassword !== 'right') {
        return Promise.reject(new ClientError('wrong_chat_password', { retryAtMs: 17 }));
      }
      session.set({ phase: 'ready', profile, email: 'ada@example.org' });
      return Promise.resolve();
    },
    lock() {
      session.set({ phase: 'locked', cause: 'manual', profile: null, retryAtMs: null });
      return Promise.resolve();
    },
    signOut() {
      session.set({ phase: 'signedOut', notice: null });
      return Promise.resolve();
    },
    async sendText({ text }) {
      disk.outbox.push(text);
      await engine.answers;
      return { id: text as ClientId };
    },
    async findPerson({ handle }) {
      calls.push(`findPerson ${handle}`);
      await engine.answers;
      return profile;
    },
    suggestPassphrase: () => Promise.resolve((() => undefined) as unknown as string),
    eraseDevice: () => Promise.reject(new TypeError('a bug')),
  };
  return engine;
}
