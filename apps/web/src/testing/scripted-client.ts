import type {
  ChatListState,
  ChatState,
  ConnectionState,
  SessionState,
  SottoClient,
} from '@sotto/client';
import type { ChatId } from '@sotto/protocol';
import { aChat } from './builders.ts';
import { writableStore } from './writable-store.ts';
import type { WritableStore } from './writable-store.ts';

type Method = {
  [Name in keyof SottoClient]: SottoClient[Name] extends (...input: never[]) => Promise<unknown>
    ? Name
    : never;
}[keyof SottoClient];

export interface ScriptedClient extends SottoClient {
  readonly session: WritableStore<SessionState>;
  readonly connection: WritableStore<ConnectionState>;
  readonly chats: WritableStore<ChatListState>;
  chat(chatId: ChatId): WritableStore<ChatState>;
  /** Every call so far, in order. */
  readonly calls: { method: Method; input: unknown }[];
}

const methods: readonly Method[] = [
  'signUp',
  'signIn',
  'signOut',
  'changeLoginPassword',
  'eraseDevice',
  'createProfile',
  'setChatPassword',
  'confirmRecoveryKey',
  'estimatePassword',
  'suggestPassphrase',
  'unlock',
  'recover',
  'lock',
  'changeChatPassword',
  'noteActivity',
  'findPerson',
  'startChat',
  'sendText',
  'retryMessage',
  'discardMessage',
  'loadOlder',
  'markRead',
  'saveDraft',
  'safetyCode',
  'setOnline',
  'selfTest',
];

/**
 * An engine that does as a test says: stores are set by hand, and each method answers through
 * `answers` (nothing, unless told otherwise).
 */
export function scriptedClient(
  answers: Partial<Record<Method, (input: never) => unknown>> = {},
): ScriptedClient {
  const calls: ScriptedClient['calls'] = [];
  const chats = new Map<ChatId, WritableStore<ChatState>>();
  const scripted = Object.fromEntries(
    methods.map((method) => [
      method,
      async (input: unknown) => {
        calls.push({ method, input });
        return answers[method]?.(input as never);
      },
    ]),
  ) as unknown as Pick<SottoClient, Method>;
  return {
    ...scripted,
    calls,
    session: writableStore<SessionState>({ phase: 'signedOut', notice: null }),
    connection: writableStore<ConnectionState>({ status: 'online', retryAtMs: null }),
    chats: writableStore<ChatListState>({ status: 'ready', chats: [] }),
    chat(chatId) {
      const known = chats.get(chatId) ?? writableStore(aChat());
      chats.set(chatId, known);
      return known;
    },
  };
}
