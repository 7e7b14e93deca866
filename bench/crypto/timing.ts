/**
 * How long one call takes: the median of many. A mean would have in it whatever else the machine did meanwhile, of
 * which a call of some microseconds meets little; collections of garbage are left out with it.
 */
import { median } from './table.ts';

const measureMs = 60;
const leastCalls = 3;

/** Microseconds of the median call of `work`. */
export async function timed(work: () => unknown): Promise<number> {
  const calls: number[] = [];
  const until = performance.now() + measureMs;
  while (calls.length < leastCalls || performance.now() < until) {
    const started = performance.now();
    await work();
    calls.push((performance.now() - started) * 1000);
  }
  return median(calls);
}

/** Microseconds of the median call of `work`, one for each thing that was made ready before. */
export async function timedOver<Item>(
  items: readonly Item[],
  work: (item: Item) => unknown,
): Promise<number> {
  const calls: number[] = [];
  for (const item of items) {
    const started = performance.now();
    await work(item);
    calls.push((performance.now() - started) * 1000);
  }
  return median(calls);
}

/**
 * Runs `work` and tells how long it took and for how long at a stretch nothing else could run: the lesser of the
 * clock's time and the process's processor time, so that what other programs take of the machine is not in it.
 */
export async function longestSlice(
  work: () => Promise<unknown>,
): Promise<{ totalMs: number; longestMs: number }> {
  let last = { clockMs: performance.now(), processorMs: processorMs() };
  let longestMs = 0;
  let watching = false;
  const look = (): void => {
    const now = { clockMs: performance.now(), processorMs: processorMs() };
    const slice = Math.min(now.clockMs - last.clockMs, now.processorMs - last.processorMs);
    longestMs = Math.max(longestMs, slice);
    last = now;
    if (watching) setImmediate(look);
  };
  await new Promise((resolve) => setImmediate(resolve));
  const started = performance.now();
  last = { clockMs: started, processorMs: processorMs() };
  watching = true;
  setImmediate(look);
  await work();
  const totalMs = performance.now() - started;
  watching = false;
  look();
  return { totalMs, longestMs };
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
