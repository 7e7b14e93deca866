import { useCallback, useSyncExternalStore } from 'react';
import { secondsUntil } from './wait.ts';

/** Seconds left until `timeMs`, drawn again whenever the number changes, until it is 0. */
export function useCountdown(timeMs: number | null): number {
  const subscribe = useCallback(
    (listener: () => void) => {
      if (timeMs === null) return () => undefined;
      const timer = setInterval(() => {
        listener();
        if (timeMs <= Date.now()) clearInterval(timer);
      }, 250);
      return () => clearInterval(timer);
    },
    [timeMs],
  );
  return useSyncExternalStore(subscribe, () =>
    timeMs === null ? 0 : secondsUntil(timeMs, Date.now()),
  );
}
