import { decryptReceipt, encryptReceipt, fromUtf8, parseMessageHeader, utf8 } from '@sotto/crypto';
import { receiptPayloadSchema } from '@sotto/protocol';
import type { ChatId, ReceiptEnvelope, ReceiptPayload } from '@sotto/protocol';
import type { AccountContext } from '../engine/account-context.ts';
import { keysUnder } from '../storage/record-keys.ts';
import type { RelayConnection } from '../transport/relay-connection.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { ChatBook } from './chat-book.ts';
import type { ChatAtRest } from './chat-record.ts';
import type { KeyRing } from './key-ring.ts';
import { messageAtRestSchema, messageKey } from './message-record.ts';

/** A reader passes many messages at once: one receipt tells of all. */
const gatherMs = 300;

/** Sealed receipts in both directions. Delivery is never taken from the relay's word. */
export interface Receipts {
  /** Takes what opens under a member's certified device; older ones change nothing. */
  take(chatId: ChatId, receipts: readonly ReceiptEnvelope[]): Promise<void>;
  /** This account has read up to `seq`; counts the unread anew. */
  markRead(chatId: ChatId, seq: number): Promise<void>;
  /** Tells the others soon how far this device is, if they do not know yet. */
  schedule(chatId: ChatId): void;
  stop(): void;
}

export function createReceipts(options: {
  context: AccountContext;
  book: ChatBook;
  ring: KeyRing;
  trust: TrustStore;
  connection: () => RelayConnection;
  /** Renews the chat's key where that is due; false when nothing may be sent there. */
  mayEncrypt: (chatId: ChatId) => Promise<boolean>;
}): Receipts {
  const { context, book, ring, trust, connection, mayEncrypt } = options;
  const { platform, userId, deviceId, store } = context;
  const timers = new Map<ChatId, () => void>();

  async function open(
    chat: ChatAtRest,
    receipt: ReceiptEnvelope,
  ): Promise<ReceiptPayload | undefined> {
    if (!chat.members.some((member) => member.userId === receipt.userId)) return undefined;
    try {
      const { keyId } = parseMessageHeader(receipt.ciphertext);
      const epochKey = await ring.find(chat.chatId, keyId);
      if (!epochKey || !(await trust.device(receipt.userId, receipt.deviceId))) return undefined;
      const { plaintext } = await decryptReceipt({
        epochKey,
        chatId: chat.chatId,
        sender: { userId: receipt.userId, deviceId: receipt.deviceId },
        messageId: receipt.deviceId,
        ciphertext: receipt.ciphertext,
      });
      return receiptPayloadSchema.parse(JSON.parse(fromUtf8(plaintext)));
    } catch {
      // Whatever is wrong with it, the next page of the chat brings the newest one again.
      return undefined;
    }
  }

  /** Messages of others after what was read; the count stops where the interface shows "99+". */
  async function countUnread(chat: ChatAtRest, readSeq: number): Promise<number> {
    const from = messageKey(chat.chatId, readSeq + 1);
    const { to } = keysUnder(`${chat.chatId}/s/`);
    const bounds = { from, to, limit: 200 };
    const rows = await store.range('messages', bounds, messageAtRestSchema, () => undefined);
    return rows.filter(({ value }) => value.senderId !== userId).length;
  }

  async function rise(chatId: ChatId, seq: number): Promise<void> {
    const chat = book.require(chatId);
    const readSeq = Math.min(seq, chat.cursor);
    if (readSeq <= chat.readSeq) return;
    await book.commit({ ...chat, readSeq, unread: await countUnread(chat, readSeq) });
  }

  async function send(chatId: ChatId): Promise<void> {
    const chat = book.get(chatId);
    if (!chat || !context.isOpen() || !connection().isOnline()) return;
    const payload = { deliveredSeq: chat.cursor, readSeq: chat.readSeq };
    const { receipted } = chat;
    const known =
      receipted.deliveredSeq === payload.deliveredSeq && receipted.readSeq === payload.readSeq;
    if (known || !(await mayEncrypt(chatId))) return;
    const epochKey = await ring.current(chatId);
    if (!epochKey || !context.isOpen()) return;
    const ciphertext = await encryptReceipt({
      epochKey,
      chatId,
      sender: { userId, deviceId },
      messageId: deviceId,
      counter: payload.deliveredSeq + payload.readSeq,
      plaintext: utf8(JSON.stringify(payload)),
      random: platform.random,
    });
    await connection().request('receipt:send', { chatId, ciphertext });
    await book.exclusively(chatId, async () => {
      await book.commit({ ...book.require(chatId), receipted: payload });
    });
  }

  function schedule(chatId: ChatId): void {
    if (timers.has(chatId)) return;
    timers.set(
      chatId,
      platform.clock.setTimer(gatherMs, () => {
        timers.delete(chatId);
        // A receipt that does not get through is sent with the next one, or after reconnecting.
        void send(chatId).catch(() => undefined);
      }),
    );
  }

  return {
    schedule,
    async take(chatId, receipts) {
      for (const receipt of receipts) {
        const known = book.get(chatId);
        if (!known || receipt.chatId !== chatId || receipt.deviceId === deviceId) continue;
        const payload = await open(known, receipt);
        if (!payload) continue;
        await book.exclusively(chatId, async () => {
          const chat = book.require(chatId);
          const before = chat.receipts.find((one) => one.deviceId === receipt.deviceId);
          const after = {
            userId: receipt.userId,
            deviceId: receipt.deviceId,
            deliveredSeq: Math.max(before?.deliveredSeq ?? 0, payload.deliveredSeq),
            readSeq: Math.max(before?.readSeq ?? 0, payload.readSeq),
          };
          const moved =
            after.deliveredSeq !== before?.deliveredSeq || after.readSeq !== before.readSeq;
          if (moved) {
            const others = chat.receipts.filter((one) => one !== before);
            await book.commit({ ...chat, receipts: [...others, after] });
          }
          if (receipt.userId === userId) await rise(chatId, after.readSeq);
        });
      }
    },
    async markRead(chatId, seq) {
      await book.exclusively(chatId, () => rise(chatId, seq));
      schedule(chatId);
    },
    stop() {
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
