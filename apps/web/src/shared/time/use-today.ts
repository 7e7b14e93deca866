import { useSyncExternalStore } from 'react';
import { startOfDay } from './dates.ts';

function subscribe(listener: () => void): () => void {
  const timer = setInterval(listener, 60_000);
  return () => clearInterval(timer);
}

/** The first moment of the current day: what says "Today" is drawn again after midnight. */
export function useToday(): number {
  return useSyncExternalStore(subscribe, () => startOfDay(Date.now()));
}
