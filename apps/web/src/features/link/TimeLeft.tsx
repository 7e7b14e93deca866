import { useCountdown } from '../../shared/time/use-countdown.ts';
import { timeLeft } from './link-model.ts';

export interface TimeLeftProps {
  endsAtMs: number;
  words(time: string): string;
}

/** Counts every second: readable, but nothing that is announced. */
export function TimeLeft({ endsAtMs, words }: TimeLeftProps) {
  const seconds = useCountdown(endsAtMs);
  return (
    <p role="timer" aria-live="off" className="text-dense text-muted tabular-nums">
      {words(timeLeft(seconds))}
    </p>
  );
}
