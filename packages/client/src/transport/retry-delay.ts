import type { RandomSource } from '../platform.ts';

/**
 * How long to wait before try number `attempt` (0 is the first repeat): doubling from `firstMs` up to
 * `mostMs`, and a random half of it, so that many clients do not come back at the same moment.
 */
export function retryDelayMs(options: {
  attempt: number;
  random: RandomSource;
  firstMs?: number;
  mostMs?: number;
}): number {
  const { attempt, random, firstMs = 500, mostMs = 30_000 } = options;
  const ceilingMs = Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 20));
  const [high = 0, low = 0] = random(2);
  return Math.round(ceilingMs / 2 + (ceilingMs / 2) * ((high * 256 + low) / 65_535));
}
