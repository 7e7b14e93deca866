import type { ChatMessage } from '@sotto/client';
import { dayKey } from '../../shared/time/dates.ts';

/** Messages of one sender closer than this form one group. */
export const groupGapMs = 5 * 60_000;

export interface MessageRow {
  kind: 'message';
  key: string;
  message: ChatMessage;
  /** First and last of a group: where the space and the sharp corner go. */
  first: boolean;
  last: boolean;
}

export type LogRow =
  | { kind: 'start'; key: 'start' }
  | { kind: 'older'; key: 'older' }
  | { kind: 'day'; key: string; timeMs: number }
  | { kind: 'unread'; key: 'unread' }
  | MessageRow;

function sameGroup(a: ChatMessage, b: ChatMessage): boolean {
  return (
    a.senderId === b.senderId &&
    Math.abs(b.sentAtMs - a.sentAtMs) < groupGapMs &&
    dayKey(a.sentAtMs) === dayKey(b.sentAtMs)
  );
}

/** The log as rows to draw: day headings, the divider before the first unread, groups. */
export function buildRows(
  messages: readonly ChatMessage[],
  { hasOlder, firstUnreadSeq }: { hasOlder: boolean; firstUnreadSeq: number | null },
): LogRow[] {
  const rows: LogRow[] = [
    hasOlder ? { kind: 'older', key: 'older' } : { kind: 'start', key: 'start' },
  ];
  let day: string | null = null;
  let divided = firstUnreadSeq === null;
  let previous: MessageRow | null = null;
  for (const message of messages) {
    const key = dayKey(message.sentAtMs);
    let broken: boolean = previous === null || !sameGroup(previous.message, message);
    if (key !== day) {
      rows.push({ kind: 'day', key: `day-${key}-${message.id}`, timeMs: message.sentAtMs });
      day = key;
      broken = true;
    }
    if (!divided && message.seq !== null && message.seq >= (firstUnreadSeq ?? 0)) {
      rows.push({ kind: 'unread', key: 'unread' });
      divided = true;
      broken = true;
    }
    if (previous && !broken) previous.last = false;
    previous = { kind: 'message', key: message.id, message, first: broken, last: true };
    rows.push(previous);
  }
  return rows;
}

/** Incoming messages behind `seq`: what the button to the latest message counts. */
export function countNewer(messages: readonly ChatMessage[], seq: number): number {
  return messages.filter((message) => !message.own && message.seq !== null && message.seq > seq)
    .length;
}

/** The highest number in the log; 0 while nothing is numbered. */
export function lastSeq(messages: readonly ChatMessage[]): number {
  return messages.reduce((highest, { seq }) => Math.max(highest, seq ?? 0), 0);
}

/** The next message row in a direction, for moving by keys; null at the end. */
export function nextMessageIndex(
  rows: readonly LogRow[],
  from: number,
  step: 1 | -1,
): number | null {
  for (let index = from + step; index >= 0 && index < rows.length; index += step) {
    if (rows[index]?.kind === 'message') return index;
  }
  return null;
}
