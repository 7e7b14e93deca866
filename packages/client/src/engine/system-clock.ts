import type { Clock } from '../platform.ts';

/** The platform's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(afterMs, fire) {
    const timer = setTimeout(fire, afterMs);
    return () => clearTimeout(timer);
  },
};
