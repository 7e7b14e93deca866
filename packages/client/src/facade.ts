import type { ChatId, ClientId, Profile, UserId } from '@sotto/protocol';
import type { ClientErrorCode } from './client-error.ts';
import type { ContactsClient, Trust } from './facade/contacts.ts';
import type { DevicesClient, LinkState } from './facade/devices.ts';
import type { OwnAccountClient } from './facade/own-account.ts';
import type { Store } from './store.ts';

export type * from './facade/contacts.ts';
export type * from './facade/devices.ts';
export type * from './facade/own-account.ts';
export type { Store } from './store.ts';

/** Where this installation stands between "nobody" and "chats can be read". */
export type SessionState =
  | { phase: 'starting' }
  /** Nobody is signed in here. `notice` says why, when it was not the person's own doing. */
  | { phase: 'signedOut'; notice: 'session_ended' | 'device_revoked' | null }
  /** The login password was right; the account asks for a code as well. */
  | { phase: 'secondFactor'; email: string }
  /** Signed in, the account is not complete: the first-run steps, in this order. */
  | { phase: 'setup'; step: 'profile' | 'chatPassword' | 'recoveryKey'; email: string }
  /** Signed in to a complete account on a browser that is not one of its devices yet. */
  | { phase: 'newDevice'; profile: Profile; retryAtMs: number | null; link: LinkState | null }
  /**
   * A device of the account whose vault is closed. `profile` is null after a cold start: nothing
   * readable is on disk. `retryAtMs`: no further try before this time (wrong passwords were given).
   */
  | {
      phase: 'locked';
      cause: 'start' | 'idle' | 'manual';
      profile: Profile | null;
      retryAtMs: number | null;
    }
  /** `lockAtMs` is there in the last minute before idling locks; any activity takes it away. */
  | { phase: 'ready'; profile: Profile; email: string; lockAtMs?: number }
  /** Nothing works until the cause is gone: no storage, an unsupported version, a broken record. */
  | { phase: 'failed'; code: ClientErrorCode };

export interface ConnectionState {
  status: 'offline' | 'connecting' | 'online';
  /** When the next try starts, while offline. */
  retryAtMs: number | null;
}

/** What became of an own message. `sent`: the relay has committed it; `delivered` and `read` come from sealed receipts of the other side, never from the relay. */
export type DeliveryState = 'queued' | 'sent' | 'delivered' | 'read' | 'failed';

export type MessageBody =
  | { kind: 'text'; text: string }
  /** Made by a newer version of Sotto. */
  | { kind: 'unknown' }
  /** Could not be opened here; `cause` has one remedy each in the interface's words. */
  | { kind: 'unreadable'; cause: 'key_missing' | 'altered' | 'malformed' };

export interface ChatMessage {
  /** The sender's client id: stable from the first optimistic paint on. */
  id: ClientId;
  /** Position in the chat; null until the relay has numbered it. */
  seq: number | null;
  own: boolean;
  senderId: UserId;
  sentAtMs: number;
  body: MessageBody;
  /** Own messages only. */
  delivery: DeliveryState | null;
  /** Why it failed, when it did. */
  failure: ClientErrorCode | null;
}

export interface ChatSummary {
  chatId: ChatId;
  /** The other person; oneself in a chat with oneself. */
  partner: Profile;
  /** Null while locked or empty. */
  lastMessage: {
    preview: string | null;
    atMs: number;
    own: boolean;
    delivery: DeliveryState | null;
  } | null;
  unread: number;
  hasDraft: boolean;
  /** Their account was deleted: `partner` says who it was. */
  partnerGone?: boolean;
  /** Of the partner. */
  trust: Trust;
}

export interface ChatListState {
  status: 'loading' | 'ready';
  /** Newest activity first. Stays visible while locked, without previews. */
  chats: readonly ChatSummary[];
}

export interface ChatState {
  status: 'loading' | 'ready' | 'locked' | 'not_found';
  partner: Profile | null;
  /** Oldest first; queued ones last. A window onto the log: the newest, and what `loadOlder` added. */
  messages: readonly ChatMessage[];
  hasOlder: boolean;
  /** The first message that was unread when the chat was opened; fixed until it is opened again. */
  firstUnreadSeq: number | null;
  /** How far this account has read. */
  readSeq: number;
  /** Trust in who, not in transport. */
  trust: Trust;
  /** False while locked, while the chat has no usable key, and when the partner's account was deleted. */
  canSend: boolean;
  /** The partner's account was deleted: `partner` says who it was. */
  partnerGone?: boolean;
  /** Messages whose sender counter shows that one before them never came. */
  missing: number;
  /** The relay tells an older or other story of this chat than this device holds: it was set back. */
  rewound?: boolean;
  draft: string;
}

export interface PasswordEstimate {
  /** 0 (guessed at once) to 4 (strong). */
  score: 0 | 1 | 2 | 3 | 4;
  /** Why it is weak; the interface has words for each. */
  warning: 'too_short' | 'common' | 'repeats' | 'sequence' | null;
}

/** How the known answers of one algorithm came out on one back end of the cryptography. */
export interface SelfTestRow {
  algorithm: string;
  /** Where the answers are from. */
  origin: string;
  backEnd: 'webcrypto' | 'javascript';
  /** False where WebCrypto lacks the algorithm: nothing was counted, JavaScript does the work. */
  available: boolean;
  passed: number;
  failed: number;
  durationMs: number;
}

export interface SelfTestReport {
  rows: readonly SelfTestRow[];
}

/**
 * The whole client engine as an interface sees it. Every method may cross a worker boundary:
 * arguments and results are structured-cloneable, failures are `ClientError`s with a code.
 */
export interface SottoClient extends DevicesClient, ContactsClient, OwnAccountClient {
  readonly session: Store<SessionState>;
  readonly connection: Store<ConnectionState>;
  readonly chats: Store<ChatListState>;
  /** The same store for the same id; it keeps the chat's log open while somebody subscribes. */
  chat(chatId: ChatId): Store<ChatState>;

  signUp(input: { email: string; password: string }): Promise<void>;
  signIn(input: { email: string; password: string }): Promise<void>;
  /** Ends the session here (`local`) or everywhere (`global`); drops keys from memory and the local vault copy from disk. */
  signOut(input: { scope: 'local' | 'global' }): Promise<void>;
  changeLoginPassword(input: { current: string; next: string }): Promise<void>;
  /** Signs out and removes everything of Sotto from this browser or folder. */
  eraseDevice(): Promise<void>;

  /** First-run steps, in order; each moves `session` on. */
  createProfile(input: { handle: string; displayName: string }): Promise<void>;
  setChatPassword(input: { chatPassword: string }): Promise<{ recoveryKey: string }>;
  /** The person typed the asked groups (counted from 0) of the recovery key; wrong ones are refused. */
  confirmRecoveryKey(input: { groups: { index: number; text: string }[] }): Promise<void>;
  estimatePassword(input: { password: string }): Promise<PasswordEstimate>;
  suggestPassphrase(): Promise<string>;

  /** Opens the vault: on this device, or making this browser a device (phase `newDevice`). */
  unlock(input: { chatPassword: string }): Promise<void>;
  /** Opens the vault with the recovery key and sets a new chat password. */
  recover(input: { recoveryKey: string; newChatPassword: string }): Promise<void>;
  lock(): Promise<void>;
  changeChatPassword(input: { current: string; next: string }): Promise<void>;
  /** The interface saw the person do something: puts idle locking off. */
  noteActivity(): Promise<void>;

  findPerson(input: { handle: string }): Promise<Profile>;
  startChat(input: { userId: UserId }): Promise<{ chatId: ChatId }>;
  sendText(input: { chatId: ChatId; text: string }): Promise<{ id: ClientId }>;
  retryMessage(input: { chatId: ChatId; id: ClientId }): Promise<void>;
  discardMessage(input: { chatId: ChatId; id: ClientId }): Promise<void>;
  loadOlder(input: { chatId: ChatId }): Promise<void>;
  markRead(input: { chatId: ChatId; seq: number }): Promise<void>;
  saveDraft(input: { chatId: ChatId; text: string }): Promise<void>;
  /** Hints from the platform. */
  setOnline(input: { online: boolean }): Promise<void>;
  /** Computes the known answers of every construction here; needs nobody signed in. */
  selfTest(): Promise<SelfTestReport>;
}
