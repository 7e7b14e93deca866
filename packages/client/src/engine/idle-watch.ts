import type { Clock } from '../platform.ts';

/** Nobody did anything for this long: the vault closes. */
export const lockAfterMs = 5 * 60_000;
/** And for this long: the session ends. */
export const endAfterMs = 15 * 60_000;
/** From this long before the lock on, the person is warned (WCAG 2.2.1 asks for 20 s at least). */
export const warnBeforeMs = 60_000;
const tickMs = 5_000;

/**
 * Measures how long nobody did anything, by two clocks at once: the wall clock, which runs on while
 * the machine sleeps, and the ticks it counted itself, which a clock set back cannot undo. Whichever
 * says more counts.
 */
export interface IdleWatch {
  /** Begins to measure, from zero. */
  start(): void;
  /** Somebody did something. Too late after `lockAfterMs`: then it locks first. */
  noteActivity(): void;
  stop(): void;
}

export function createIdleWatch(options: {
  clock: Clock;
  /** The lock is near, at this wall-clock time; null when activity has put it off. */
  onWarn: (lockAtMs: number | null) => void;
  onLock: () => void;
  onEnd: () => void;
}): IdleWatch {
  const { clock, onWarn, onLock, onEnd } = options;
  let sinceMs = 0;
  let countedMs = 0;
  let locked = false;
  let warned = false;
  let cancel: (() => void) | null = null;

  const idleMs = () => Math.max(clock.now() - sinceMs, countedMs);

  function check(): boolean {
    const idle = idleMs();
    if (idle >= lockAfterMs && !locked) {
      locked = true;
      warned = false;
      onLock();
    }
    if (idle >= lockAfterMs - warnBeforeMs && !locked && !warned) {
      warned = true;
      onWarn(clock.now() + lockAfterMs - idle);
    }
    if (idle < endAfterMs) return false;
    stop();
    onEnd();
    return true;
  }

  function tick(): void {
    cancel = clock.setTimer(tickMs, () => {
      countedMs += tickMs;
      if (cancel && !check()) tick();
    });
  }

  function stop(): void {
    cancel?.();
    cancel = null;
  }

  return {
    start() {
      stop();
      sinceMs = clock.now();
      countedMs = 0;
      locked = false;
      warned = false;
      tick();
    },
    noteActivity() {
      if (!cancel || check() || locked) return;
      sinceMs = clock.now();
      countedMs = 0;
      if (!warned) return;
      warned = false;
      onWarn(null);
    },
    stop,
  };
}
