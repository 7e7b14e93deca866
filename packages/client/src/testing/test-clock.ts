import type { Clock } from '../platform.ts';

/** A clock that a test moves. */
export interface TestClock extends Clock {
  /** Moves time on and fires what became due, in order of time. */
  advance(byMs: number): void;
  /** Changes the wall clock alone, as a person or a time server does: timers do not notice. */
  setWallClock(byMs: number): void;
  /** Timers that wait. */
  pending(): number;
}

interface Timer {
  dueMs: number;
  fire: () => void;
}

/** Stands still until it is moved: the same test runs the same way every time. */
export function createTestClock(startMs = 1_800_000_000_000): TestClock {
  const timers = new Set<Timer>();
  let elapsedMs = 0;
  let wallMs = startMs;
  return {
    now: () => wallMs + elapsedMs,
    setTimer(afterMs, fire) {
      const timer = { dueMs: elapsedMs + Math.max(0, afterMs), fire };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(byMs) {
      const untilMs = elapsedMs + byMs;
      for (;;) {
        const due = [...timers].filter(({ dueMs }) => dueMs <= untilMs);
        due.sort((a, b) => a.dueMs - b.dueMs);
        const [next] = due;
        if (!next) break;
        timers.delete(next);
        elapsedMs = Math.max(elapsedMs, next.dueMs);
        next.fire();
      }
      elapsedMs = untilMs;
    },
    setWallClock(byMs) {
      wallMs += byMs;
    },
    pending: () => timers.size,
  };
}

/** Runs with the machine's clock, for tests against real processes, and can be moved on besides. */
export function createSteppableClock(): TestClock {
  const timers = new Map<Timer, NodeJS.Timeout>();
  let aheadMs = 0;
  let wallMs = 0;
  const elapsed = () => performance.now() + aheadMs;
  return {
    now: () => Math.floor(Date.now() + aheadMs) + wallMs,
    setTimer(afterMs, fire) {
      const timer = { dueMs: elapsed() + afterMs, fire };
      const run = () => {
        timers.delete(timer);
        fire();
      };
      timers.set(timer, setTimeout(run, afterMs).unref());
      return () => {
        clearTimeout(timers.get(timer));
        timers.delete(timer);
      };
    },
    advance(byMs) {
      const untilMs = elapsed() + byMs;
      for (;;) {
        const due = [...timers.keys()].filter(({ dueMs }) => dueMs <= untilMs);
        due.sort((a, b) => a.dueMs - b.dueMs);
        const [next] = due;
        if (!next) break;
        clearTimeout(timers.get(next));
        timers.delete(next);
        aheadMs += Math.max(0, next.dueMs - elapsed());
        next.fire();
      }
      aheadMs += Math.max(0, untilMs - elapsed());
    },
    setWallClock(byMs) {
      wallMs += byMs;
    },
    pending: () => timers.size,
  };
}
