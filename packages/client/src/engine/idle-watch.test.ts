import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../testing/index.ts';
import { createIdleWatch, endAfterMs, lockAfterMs, warnBeforeMs } from './idle-watch.ts';

function watch() {
  const clock = createTestClock();
  const events: string[] = [];
  const idle = createIdleWatch({
    clock,
    onWarn: (lockAtMs) =>
      events.push(lockAtMs === null ? 'calm' : `warn ${lockAtMs - clock.now()}`),
    onLock: () => events.push('lock'),
    onEnd: () => events.push('end'),
  });
  idle.start();
  return { clock, events, idle };
}

describe('idling', () => {
  it('warns a minute before, locks once and then ends once', () => {
    const { clock, events } = watch();
    const warning = `warn ${warnBeforeMs}`;

    clock.advance(lockAfterMs - warnBeforeMs - 5_000);
    expect(events).toEqual([]);
    clock.advance(5_000);
    expect(events).toEqual([warning]);
    clock.advance(warnBeforeMs + 5_000);
    expect(events).toEqual([warning, 'lock']);
    clock.advance(endAfterMs);

    expect(events).toEqual([warning, 'lock', 'end']);
    expect(clock.pending()).toBe(0);
  });

  it('is put off by activity, but not by activity that comes too late', () => {
    const { clock, events, idle } = watch();
    const warning = `warn ${warnBeforeMs}`;
    clock.advance(lockAfterMs - 10_000);
    idle.noteActivity();
    clock.advance(lockAfterMs - 10_000);
    expect(events).toEqual([warning, 'calm', warning]);

    clock.setWallClock(11_000);
    idle.noteActivity();

    expect(events).toEqual([warning, 'calm', warning, 'lock']);
  });

  it('cannot be stretched by any change of the wall clock', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            waitMs: fc.integer({ min: 1_000, max: 60_000 }),
            jumpMs: fc.integer({ min: -86_400_000, max: 86_400_000 }),
          }),
          { maxLength: 40 },
        ),
        (moves) => {
          const { clock, events } = watch();
          let waitedMs = 0;

          for (const { waitMs, jumpMs } of moves) {
            clock.setWallClock(jumpMs);
            clock.advance(waitMs);
            waitedMs += waitMs;
          }

          expect(events.includes('lock') || waitedMs < lockAfterMs + 5_000).toBe(true);
        },
      ),
    );
  });
});
