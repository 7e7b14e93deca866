import type { UserId } from '@sotto/protocol';
import type { ChatMessage, ChatState, ChatSummary, Trust } from '../facade.ts';
import type { OutboxEntry } from '../outbox/outbox-entry.ts';
import { partnerOf, partnerProgress } from './chat-record.ts';
import type { ChatAtRest } from './chat-record.ts';
import type { MessageAtRest } from './message-record.ts';
import { countMissing } from './sender-counters.ts';

/** What the interface is shown before anything is known of a chat. */
export const emptyChat: ChatState = {
  status: 'loading',
  partner: null,
  messages: [],
  hasOlder: false,
  firstUnreadSeq: null,
  readSeq: 0,
  trust: 'unchecked',
  canSend: false,
  missing: 0,
  draft: '',
};

/** A numbered message as it is shown; `delivered` and `read` come from the partner's sealed receipts. */
export function viewMessage(
  message: MessageAtRest,
  userId: UserId,
  partner: { deliveredSeq: number; readSeq: number },
): ChatMessage {
  const own = message.senderId === userId;
  const { seq } = message;
  const reached =
    seq <= partner.readSeq ? 'read' : seq <= partner.deliveredSeq ? 'delivered' : 'sent';
  return {
    id: message.clientId,
    seq,
    own,
    senderId: message.senderId,
    sentAtMs: message.sentAtMs,
    body: message.body,
    delivery: own ? reached : null,
    failure: null,
  };
}

/** A message on its way out; `sent` as soon as the relay has numbered it. */
export function viewQueued(entry: OutboxEntry, userId: UserId): ChatMessage {
  const numbered = entry.acknowledgedSeq !== null;
  return {
    id: entry.clientId,
    seq: entry.acknowledgedSeq,
    own: true,
    senderId: userId,
    sentAtMs: entry.sentAtMs,
    body: { kind: 'text', text: entry.text },
    delivery: entry.failure !== null ? 'failed' : numbered ? 'sent' : 'queued',
    failure: entry.failure,
  };
}

export function isSameMessage(a: ChatMessage, b: ChatMessage): boolean {
  return (
    a.id === b.id &&
    a.seq === b.seq &&
    a.sentAtMs === b.sentAtMs &&
    a.delivery === b.delivery &&
    a.failure === b.failure &&
    a.body.kind === b.body.kind &&
    (a.body.kind !== 'text' || b.body.kind !== 'text' || a.body.text === b.body.text)
  );
}

export function viewSummary(
  chat: ChatAtRest,
  userId: UserId,
  queued: readonly OutboxEntry[],
  hasDraft: boolean,
  trust: Trust,
): ChatSummary {
  const { chatId, unread, last } = chat;
  const partner = partnerOf(chat, userId);
  const gone = chat.partnerGone ? { partnerGone: true } : {};
  const summary = { chatId, partner, unread, hasDraft, trust, ...gone };
  const newest = queued.at(-1);
  if (newest) {
    const { delivery } = viewQueued(newest, userId);
    const lastMessage = { preview: newest.text, atMs: newest.sentAtMs, own: true, delivery };
    return { ...summary, lastMessage };
  }
  if (!last) return { ...summary, lastMessage: null };
  const { deliveredSeq, readSeq } = partnerProgress(chat, userId);
  const reached = last.seq <= readSeq ? 'read' : last.seq <= deliveredSeq ? 'delivered' : 'sent';
  const { preview, atMs, own } = last;
  return { ...summary, lastMessage: { preview, atMs, own, delivery: own ? reached : null } };
}

/** Two ways of noticing the same loss, not to be counted twice: skipped numbers and skipped counters. */
export function missingOf(chat: ChatAtRest): number {
  return Math.max(chat.holes, countMissing(chat.senders));
}

/** When something last happened in a chat, for the order of the list. */
export function activityOf(summary: ChatSummary, chat: ChatAtRest): number {
  return Math.max(summary.lastMessage?.atMs ?? 0, chat.createdAtMs);
}
