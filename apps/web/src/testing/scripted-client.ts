import type {
  ChatListState,
  ChatState,
  ConnectionState,
  ContactState,
  DevicesState,
  OwnAccountState,
  SessionState,
  SottoClient,
} from '@sotto/client';
import type { ChatId, UserId } from '@sotto/protocol';
import { aChat, aContact, aDevicesState } from './builders.ts';
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
  readonly devices: WritableStore<DevicesState>;
  contact(userId: UserId): WritableStore<ContactState>;
  readonly ownAccount: WritableStore<OwnAccountState>;
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
  'setOnline',
  'selfTest',
  'renameDevice',
  'removeDevice',
  'acknowledgeDevices',
  'startLink',
  'confirmLink',
  'cancelLink',
  'answerLink',
  'approveLink',
  'declineLink',
  'markChecked',
  'unmarkChecked',
  'scanSafetyCode',
  'acceptKeyChange',
  'startSecondFactor',
  'confirmSecondFactor',
  'stopSecondFactor',
  'submitSecondFactor',
  'submitRecoveryKey',
  'renewRecoveryKey',
  'confirmNewRecoveryKey',
  'listActivity',
  'exportData',
  'deleteAccount',
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
  const contacts = new Map<UserId, WritableStore<ContactState>>();
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
    devices: writableStore(aDevicesState()),
    contact(userId) {
      const known = contacts.get(userId) ?? writableStore(aContact());
      contacts.set(userId, known);
      return known;
    },
    ownAccount: writableStore<OwnAccountState>({ status: 'ready', secondFactor: 'off' }),
  };
}
