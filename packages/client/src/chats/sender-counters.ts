import type { DeviceId } from '@sotto/protocol';
import type { SenderCounters } from './chat-record.ts';

/** A device that skips more than this at once is recorded as missing this many. */
const mostMissing = 1000;

/**
 * Takes note of a counter that was authenticated by opening a message. A gap means that messages
 * before it never came. A device counts in the order of the log, from 1: a lower counter that turns
 * up behind a higher one was moved there, and its gap stays open. Only what was opened late, at its
 * own place, closes one (`reopened`).
 */
export function noteCounter(
  senders: readonly SenderCounters[],
  deviceId: DeviceId,
  counter: number,
  reopened = false,
): SenderCounters[] {
  const before = senders.find((sender) => sender.deviceId === deviceId);
  const highest = before?.highest ?? 0;
  let missing = before?.missing ?? [];
  if (counter <= highest) {
    if (reopened) missing = missing.filter((one) => one !== counter);
  } else {
    const first = Math.max(highest + 1, counter - mostMissing);
    const gap = Array.from({ length: counter - first }, (_, index) => first + index);
    missing = [...missing, ...gap].slice(-mostMissing);
  }
  const after = { deviceId, highest: Math.max(highest, counter), missing };
  return [...senders.filter((sender) => sender !== before), after];
}

export function countMissing(senders: readonly SenderCounters[]): number {
  return senders.reduce((sum, { missing }) => sum + missing.length, 0);
}
