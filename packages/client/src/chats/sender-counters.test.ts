import { deviceIdSchema } from '@sotto/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SenderCounters } from './chat-record.ts';
import { countMissing, noteCounter } from './sender-counters.ts';

const device = deviceIdSchema.parse('00000000-0000-4000-8000-000000000001');

const noteAll = (counters: readonly number[]): SenderCounters[] =>
  counters.reduce<SenderCounters[]>(
    (senders, counter) => noteCounter(senders, device, counter),
    [],
  );

describe('sender counters', () => {
  it('tell exactly how many messages before the newest never came', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (some) => {
        const arrived = some.toSorted((a, b) => a - b);

        const missing = countMissing(noteAll(arrived));

        expect(missing).toBe((arrived.at(-1) ?? 0) - arrived.length);
      }),
    );
  });

  it('keep a gap open when its message turns up behind a later one', () => {
    expect(countMissing(noteAll([2, 1, 3]))).toBe(1);
  });

  it('close a gap when its message could be opened at its own place after all', () => {
    const gap = noteAll([1, 3]);

    expect(countMissing(noteCounter(gap, device, 2, true))).toBe(0);
  });

  it('do not grow without bound when a device jumps', () => {
    expect(countMissing(noteAll([2 ** 40]))).toBe(1000);
  });
});
