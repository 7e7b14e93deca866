import { encryptMessage, equalBytes, parseMessageHeader, utf8 } from '@sotto/crypto';
import { clientIdSchema, limits, utf8Length } from '@sotto/protocol';
import type { ChatId, ClientId, MessagePayload } from '@sotto/protocol';
import type { HeldKey, KeyRing } from '../chats/key-ring.ts';
import type { ChatBook } from '../chats/chat-book.ts';
import type { Envelope } from '../chats/open-message.ts';
import { ClientError } from '../client-error.ts';
import type { ClientErrorCode } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import { randomUuid } from '../engine/random-id.ts';
import { createSignal } from '../engine/signal.ts';
import type { Signal } from '../engine/signal.ts';
import { keysUnder } from '../storage/record-keys.ts';
import { ifDamaged } from '../storage/sealed-store.ts';
import type { StorageWrite } from '../storage/storage-port.ts';
import type { RelayConnection } from '../transport/relay-connection.ts';
import { retryDelayMs } from '../transport/retry-delay.ts';
import { isTransient } from '../transport/wire-failure.ts';
import { counterKey, counterSchema, outboxEntrySchema, outboxKey } from './outbox-entry.ts';
import type { OutboxEntry } from './outbox-entry.ts';

/**
 * What is on its way out. A message is sealed to disk, together with the counter it used, before it
 * leaves; it is sent in order per chat, again and again with the same bytes, until the relay has
 * numbered it or refused it for good.
 */
export interface Outbox {
  readonly changed: Signal<ChatId>;
  load(): Promise<void>;
  /** Oldest first. */
  entries(chatId: ChatId): readonly OutboxEntry[];
  /** How many queued messages of a chat lie here damaged. */
  damaged(chatId: ChatId): number;
  /** Throws `empty`, `too_large`, `unavailable` without a key. `also` is written in the same batch. */
  enqueue(chatId: ChatId, text: string, also?: readonly StorageWrite[]): Promise<ClientId>;
  retry(chatId: ChatId, clientId: ClientId): Promise<void>;
  discard(chatId: ChatId, clientId: ClientId): Promise<void>;
  /** The writes that remove an own message that has its number now. */
  removal(chatId: ChatId, clientId: ClientId): StorageWrite[];
  /** To be called when those writes are durable. */
  removed(chatId: ChatId, clientIds: readonly ClientId[]): void;
  /** Sends what waits; also after coming online, after a key or trust changed. */
  kick(chatId?: ChatId): void;
  stop(): void;
}

export function createOutbox(options: {
  context: AccountContext;
  book: ChatBook;
  ring: KeyRing;
  connection: () => RelayConnection;
  /** Whether the chat's newest key must not be used to encrypt any more. */
  isDue: (chatId: ChatId) => Promise<boolean>;
  /** Whether nothing about the chat's members is in doubt; renews the key where that is due. */
  maySend: (chatId: ChatId) => Promise<boolean>;
  /** An own message got its number. */
  acknowledged: (envelope: Envelope) => Promise<void>;
}): Outbox {
  const { context, book, ring, connection, isDue, maySend, acknowledged } = options;
  const { store, platform, userId, deviceId } = context;
  const { clock, random } = platform;
  const changed = createSignal<ChatId>();
  const waiting = new Map<ChatId, OutboxEntry[]>();
  const sending = new Set<ChatId>();
  const attempts = new Map<ChatId, number>();
  const timers = new Map<ChatId, () => void>();
  const counters = new Map<ChatId, number>();
  const damaged = new Map<string, number>();
  /** Made ready in this session and not sent since: nobody has seen their bytes. */
  const untried = new Set<ClientId>();

  const list = (chatId: ChatId) => waiting.get(chatId) ?? [];

  function replace(chatId: ChatId, entries: OutboxEntry[]): void {
    if (entries.length === 0) waiting.delete(chatId);
    else waiting.set(chatId, entries);
    changed.emit(chatId);
  }

  function update(entry: OutboxEntry, change: Partial<OutboxEntry>): OutboxEntry {
    const next = { ...entry, ...change };
    replace(
      entry.chatId,
      list(entry.chatId).map((other) => (other.clientId === entry.clientId ? next : other)),
    );
    return next;
  }

  async function persist(entry: OutboxEntry): Promise<void> {
    const { acknowledgedSeq: _, ...atRest } = entry;
    await store.write([await store.seal('outbox', outboxKey(entry), atRest)]);
  }

  function find(chatId: ChatId, clientId: ClientId): OutboxEntry {
    const entry = list(chatId).find((one) => one.clientId === clientId);
    if (!entry) throw new ClientError('not_found');
    return entry;
  }

  async function nextCounter(chatId: ChatId): Promise<number> {
    let last = counters.get(chatId);
    if (last === undefined) {
      const stored = await store
        .read('state', counterKey(deviceId, chatId), counterSchema)
        .catch(ifDamaged(() => undefined));
      last = stored?.last ?? highestSeen(chatId);
    }
    return last + 1;
  }

  /** The highest own counter that the log and the queue show: where to go on when its row is damaged. */
  function highestSeen(chatId: ChatId): number {
    const own = book.get(chatId)?.senders.find((sender) => sender.deviceId === deviceId);
    return Math.max(own?.highest ?? 0, ...list(chatId).map(({ counter }) => counter));
  }

  async function encrypt(
    entry: Pick<OutboxEntry, 'chatId' | 'clientId' | 'counter' | 'text' | 'sentAtMs'>,
    epochKey: HeldKey,
  ): Promise<Uint8Array> {
    const { chatId, clientId, counter, text, sentAtMs } = entry;
    const payload: MessagePayload = { kind: 'text', text, sentAtMs };
    const ciphertext = await encryptMessage({
      epochKey,
      chatId,
      sender: { userId, deviceId },
      messageId: clientId,
      counter,
      plaintext: utf8(JSON.stringify(payload)),
      random,
    });
    if (!context.isOpen()) throw new ClientError('locked');
    return ciphertext;
  }

  /** With the bytes to send: those of the first try, or made now, under the key that is the newest now. */
  async function prepared(
    entry: OutboxEntry,
  ): Promise<(OutboxEntry & { ciphertext: Uint8Array }) | undefined> {
    const epochKey = await ring.current(entry.chatId);
    if (!epochKey) return undefined;
    const { ciphertext } = entry;
    const isSeen = !entry.unsent && !untried.has(entry.clientId);
    const isUsable = ciphertext && (isSeen || isUnder(ciphertext, epochKey));
    if (isUsable && !entry.unsent) return { ...entry, ciphertext };
    const bytes = isUsable ? ciphertext : await encrypt(entry, epochKey);
    if (entry.unsent) untried.add(entry.clientId);
    const next = update(entry, { ciphertext: bytes, unsent: false });
    await persist(next);
    return { ...next, ciphertext: bytes };
  }

  async function send(chatId: ChatId): Promise<void> {
    for (;;) {
      const next = list(chatId).find((one) => one.failure === null && one.acknowledgedSeq === null);
      if (!next || !context.isOpen() || !connection().isOnline()) return;
      if (!(await maySend(chatId))) return;
      const entry = await prepared(next);
      if (!entry || !context.isOpen() || !connection().isOnline()) return;
      const { clientId, ciphertext } = entry;
      untried.delete(clientId);
      let answer: { seq: number; createdAtMs: number };
      try {
        answer = await connection().request('message:send', { chatId, clientId, ciphertext });
      } catch (error) {
        if (!context.isOpen()) return;
        if (!(error instanceof ClientError) || isTransient(error) || saysNothing(error)) {
          return waitAndRetry(chatId, error);
        }
        await persist(update(entry, { failure: error.code }));
        continue;
      }
      attempts.delete(chatId);
      if (!list(chatId).some((one) => one.clientId === clientId)) continue;
      update(entry, { acknowledgedSeq: answer.seq });
      await acknowledged({
        chatId,
        seq: answer.seq,
        clientId,
        senderId: userId,
        senderDeviceId: deviceId,
        ciphertext,
        createdAtMs: answer.createdAtMs,
      });
    }
  }

  function waitAndRetry(chatId: ChatId, error: unknown): void {
    if (!connection().isOnline()) return;
    const attempt = attempts.get(chatId) ?? 0;
    attempts.set(chatId, attempt + 1);
    const askedMs = error instanceof ClientError ? (error.retryAtMs ?? 0) - clock.now() : 0;
    const delayMs = Math.max(askedMs, retryDelayMs({ attempt, random }));
    timers.get(chatId)?.();
    timers.set(
      chatId,
      clock.setTimer(delayMs, () => {
        timers.delete(chatId);
        kickOne(chatId);
      }),
    );
  }

  function kickOne(chatId: ChatId): void {
    if (sending.has(chatId) || timers.has(chatId)) return;
    sending.add(chatId);
    void send(chatId)
      .catch((error: unknown) => {
        if (context.isOpen()) waitAndRetry(chatId, error);
      })
      .finally(() => {
        sending.delete(chatId);
      });
  }

  return {
    changed,
    entries: list,
    damaged: (chatId) => damaged.get(chatId) ?? 0,
    async load() {
      const rows = await store.range('outbox', keysUnder(''), outboxEntrySchema, (key) => {
        const chatId = key.split('/')[0] ?? '';
        damaged.set(chatId, (damaged.get(chatId) ?? 0) + 1);
      });
      for (const { value } of rows) {
        waiting.set(value.chatId, [...list(value.chatId), { ...value, acknowledgedSeq: null }]);
      }
    },
    enqueue: (chatId, text, also = []) =>
      book.exclusively(chatId, async () => {
        if (text.trim() === '') throw new ClientError('empty');
        if (utf8Length(text) > limits.messageTextBytes) throw new ClientError('too_large');
        book.require(chatId);
        const epochKey = await ring.current(chatId);
        if (!epochKey) throw new ClientError('unavailable');
        const counter = await nextCounter(chatId);
        const clientId = clientIdSchema.parse(randomUuid(random));
        const sentAtMs = clock.now();
        const written = { chatId, clientId, counter, text, sentAtMs };
        const ciphertext = (await isDue(chatId)) ? null : await encrypt(written, epochKey);
        const atRest = { ...written, ciphertext, unsent: true, failure: null };
        if (!context.isOpen()) throw new ClientError('locked');
        // One batch: a counter is used if and only if the message that carries it is on disk.
        await store.write([
          await store.seal('outbox', outboxKey(atRest), atRest),
          await store.seal('state', counterKey(deviceId, chatId), { last: counter }),
          ...also,
        ]);
        counters.set(chatId, counter);
        replace(chatId, [...list(chatId), { ...atRest, acknowledgedSeq: null }]);
        kickOne(chatId);
        return clientId;
      }),
    async retry(chatId, clientId) {
      const entry = find(chatId, clientId);
      if (entry.failure === null) return;
      await persist(update(entry, { failure: null }));
      kickOne(chatId);
    },
    async discard(chatId, clientId) {
      const entry = find(chatId, clientId);
      if (entry.failure === null) throw new ClientError('conflict');
      await store.write([{ table: 'outbox', key: outboxKey(entry), remove: true }]);
      replace(
        chatId,
        list(chatId).filter((one) => one.clientId !== clientId),
      );
    },
    removal(chatId, clientId) {
      const entry = list(chatId).find((one) => one.clientId === clientId);
      return entry ? [{ table: 'outbox', key: outboxKey(entry), remove: true }] : [];
    },
    removed(chatId, clientIds) {
      const left = list(chatId).filter((one) => !clientIds.includes(one.clientId));
      if (left.length !== list(chatId).length) replace(chatId, left);
    },
    kick(chatId) {
      for (const id of chatId === undefined ? [...waiting.keys()] : [chatId]) {
        timers.get(id)?.();
        timers.delete(id);
        kickOne(id);
      }
    },
    stop() {
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}

const isUnder = (ciphertext: Uint8Array, { keyId }: HeldKey): boolean =>
  equalBytes(parseMessageHeader(ciphertext).keyId, keyId);

const laterCodes: ReadonlySet<ClientErrorCode> = new Set([
  'session_ended',
  'device_revoked',
  'version_unsupported',
  'locked',
  'untrusted',
]);

/** Refusals of the connection or answers without sense, not refusals of the message: it waits. */
const saysNothing = (error: ClientError): boolean => laterCodes.has(error.code);
