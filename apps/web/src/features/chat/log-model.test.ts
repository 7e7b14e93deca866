import type { ChatMessage } from '@sotto/client';
import { expect, test } from 'vitest';
import { aMessage } from '../../testing/builders.ts';
import { buildRows, countNewer, groupGapMs, lastSeq, nextMessageIndex } from './log-model.ts';

const noon = new Date(2026, 2, 3, 12).getTime();
const closed = { hasOlder: false, firstUnreadSeq: null };

function kinds(messages: ChatMessage[], options = closed as Parameters<typeof buildRows>[1]) {
  return buildRows(messages, options).map((row) =>
    row.kind === 'message'
      ? `${row.first ? '[' : ''}${row.message.seq}${row.last ? ']' : ''}`
      : row.kind,
  );
}

test('messages of one sender within five minutes form one group', () => {
  const rows = kinds([
    aMessage({ seq: 1, sentAtMs: noon }),
    aMessage({ seq: 2, sentAtMs: noon + 60_000 }),
    aMessage({ seq: 3, sentAtMs: noon + 60_000 + groupGapMs }),
    aMessage({ seq: 4, sentAtMs: noon + 61_000 + groupGapMs, own: true }),
  ]);

  expect(rows).toEqual(['start', 'day', '[1', '2]', '[3]', '[4]']);
});

test('each calendar day has one heading and starts a group', () => {
  const midnight = new Date(2026, 2, 4).getTime();

  const rows = kinds([
    aMessage({ seq: 1, sentAtMs: midnight - 1000 }),
    aMessage({ seq: 2, sentAtMs: midnight + 1000 }),
  ]);

  expect(rows).toEqual(['start', 'day', '[1]', 'day', '[2]']);
});

test('the divider stands before the first unread message, once', () => {
  const rows = kinds(
    [1, 2, 3].map((seq) => aMessage({ seq, sentAtMs: noon + seq })),
    { hasOlder: true, firstUnreadSeq: 2 },
  );

  expect(rows).toEqual(['older', 'day', '[1]', 'unread', '[2', '3]']);
});

test('queued messages without a number never attract the divider', () => {
  const rows = kinds(
    [aMessage({ seq: 1, sentAtMs: noon }), aMessage({ seq: null, own: true, sentAtMs: noon + 1 })],
    { hasOlder: false, firstUnreadSeq: 2 },
  );

  expect(rows).not.toContain('unread');
});

test('row keys are unique, also when days come back out of order', () => {
  const rows = buildRows(
    [noon, noon + 86_400_000, noon, noon + 86_400_000].map((sentAtMs, index) =>
      aMessage({ seq: index + 1, sentAtMs }),
    ),
    closed,
  );

  expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
});

test('only incoming messages behind the reader count as new', () => {
  const messages = [
    aMessage({ seq: 1 }),
    aMessage({ seq: 2 }),
    aMessage({ seq: 3, own: true }),
    aMessage({ seq: null, own: true }),
  ];

  expect(countNewer(messages, 1)).toBe(1);
  expect(lastSeq(messages)).toBe(3);
});

test('moving by keys skips headings and stops at the ends', () => {
  const rows = buildRows([aMessage({ seq: 1, sentAtMs: noon })], closed);

  expect(nextMessageIndex(rows, rows.length, -1)).toBe(2);
  expect(nextMessageIndex(rows, 2, -1)).toBeNull();
  expect(nextMessageIndex(rows, 2, 1)).toBeNull();
});
