/** How long one call takes: calls are repeated until a measurement is long enough to mean something. */
const measureMs = 60;
const leastCalls = 3;

/** Microseconds a call of `work`. */
export async function timed(work: () => unknown): Promise<number> {
  let calls = 0;
  let elapsed = 0;
  const started = performance.now();
  while (calls < leastCalls || elapsed < measureMs) {
    await work();
    calls += 1;
    elapsed = performance.now() - started;
  }
  return (elapsed / calls) * 1000;
}

/** Microseconds a call of `work`, once for each thing that was made ready before. */
export async function timedOver<Item>(
  items: readonly Item[],
  work: (item: Item) => unknown,
): Promise<number> {
  const started = performance.now();
  for (const item of items) await work(item);
  return ((performance.now() - started) / items.length) * 1000;
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
