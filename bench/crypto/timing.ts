/** How long one call takes: calls are repeated until a measurement is long enough to mean something. */
const measureMs = 120;
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

/** Runs `work` and tells how long it took and for how long at a stretch nothing else could run. */
export async function longestSlice(
  work: () => Promise<unknown>,
): Promise<{ totalMs: number; longestMs: number }> {
  let longestMs = 0;
  let last = performance.now();
  let watching = true;
  const look = (): void => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last);
    last = now;
    if (watching) setImmediate(look);
  };
  setImmediate(look);
  await new Promise((resolve) => setImmediate(resolve));
  const started = performance.now();
  last = started;
  longestMs = 0;
  await work();
  const ended = performance.now();
  watching = false;
  return { totalMs: ended - started, longestMs: Math.max(longestMs, ended - last) };
}
