import { useEffect, useState } from 'react';
import { secondsUntil } from './wait.ts';

/** Seconds left until `timeMs`, drawn again each second until it is 0. */
export function useCountdown(timeMs: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  const seconds = timeMs === null ? 0 : secondsUntil(timeMs, now);
  const counting = timeMs !== null && timeMs > now;

  useEffect(() => {
    setNow(Date.now());
  }, [timeMs]);

  useEffect(() => {
    if (!counting) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [counting]);

  return seconds;
}
