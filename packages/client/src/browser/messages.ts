import type { ClientErrorCode } from '../client-error.ts';
import type { SottoClient, Store } from '../facade.ts';

/*
 * [Note: Messages between page, worker and tabs] A page calls methods and watches topics. Each call
 * gets exactly one result; a watched topic gets a snapshot at once and after every change. The same
 * messages travel from a page to its worker and, when another tab leads, from worker to worker.
 */

/** The facade's methods: everything of `SottoClient` that is not a store. */
export type ClientMethod = {
  [Name in keyof SottoClient]: SottoClient[Name] extends (...input: never[]) => Promise<unknown>
    ? Name
    : never;
}[keyof SottoClient];

/**
 * Every method a page may call, and whether it may be asked of a new leader when the old one died
 * without an answer. `ask-again` only where a second run changes nothing more than the first.
 */
export const clientMethods: Readonly<Record<ClientMethod, 'ask-again' | 'give-up'>> = {
  signUp: 'give-up',
  signIn: 'give-up',
  signOut: 'ask-again',
  changeLoginPassword: 'give-up',
  eraseDevice: 'ask-again',
  createProfile: 'give-up',
  setChatPassword: 'give-up',
  confirmRecoveryKey: 'give-up',
  estimatePassword: 'ask-again',
  suggestPassphrase: 'ask-again',
  unlock: 'ask-again',
  recover: 'give-up',
  lock: 'ask-again',
  changeChatPassword: 'give-up',
  noteActivity: 'ask-again',
  findPerson: 'ask-again',
  startChat: 'ask-again',
  sendText: 'give-up',
  retryMessage: 'ask-again',
  discardMessage: 'ask-again',
  loadOlder: 'ask-again',
  markRead: 'ask-again',
  saveDraft: 'ask-again',
  setOnline: 'ask-again',
  selfTest: 'ask-again',
  renameDevice: 'ask-again',
  removeDevice: 'ask-again',
  acknowledgeDevices: 'ask-again',
  startLink: 'give-up',
  confirmLink: 'ask-again',
  cancelLink: 'ask-again',
  answerLink: 'give-up',
  approveLink: 'ask-again',
  declineLink: 'ask-again',
  markChecked: 'ask-again',
  unmarkChecked: 'ask-again',
  scanSafetyCode: 'ask-again',
  acceptKeyChange: 'ask-again',
  startSecondFactor: 'give-up',
  confirmSecondFactor: 'give-up',
  stopSecondFactor: 'give-up',
  submitSecondFactor: 'give-up',
  submitRecoveryKey: 'give-up',
  renewRecoveryKey: 'give-up',
  confirmNewRecoveryKey: 'give-up',
  listActivity: 'ask-again',
  exportData: 'ask-again',
  deleteAccount: 'ask-again',
};

/** Topics of one store each. */
const singleTopics = ['session', 'connection', 'chats', 'devices', 'ownAccount'] as const;
type SingleTopic = (typeof singleTopics)[number];

export type Topic = SingleTopic | `chat:${string}` | `contact:${string}`;

export interface CallRequest {
  kind: 'call';
  /** Chosen by the page, never used twice. */
  id: number;
  method: ClientMethod;
  input: unknown;
}

export type Request = CallRequest | { kind: 'watch' | 'unwatch'; topic: Topic };

export type Outcome =
  { ok: true; value: unknown } | { ok: false; code: ClientErrorCode; retryAtMs: number | null };

export type Reply =
  | { kind: 'result'; id: number; outcome: Outcome }
  | { kind: 'snapshot'; topic: Topic; snapshot: unknown };

const isSingle = (topic: string): topic is SingleTopic =>
  (singleTopics as readonly string[]).includes(topic);

/** The store behind a topic, or null for a topic of another version of the client. */
export function storeOfTopic(client: SottoClient, topic: Topic): Store<unknown> | null {
  if (isSingle(topic)) return client[topic];
  const [kind, id] = topic.split(':', 2);
  if (kind === 'chat') return client.chat(id as Parameters<SottoClient['chat']>[0]);
  if (kind === 'contact') return client.contact(id as Parameters<SottoClient['contact']>[0]);
  return null;
}
