/** How long a piece of work holds the thread at a stretch. */

/** No function may hold the thread longer on any input that the limits allow. */
export const longestBlockMs = 50;

/** The most processor time, in ms, that passed between two turns of the loop: other processes do not count. */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let running = true;
  let last = process.cpuUsage();
  const probe = (): void => {
    const { user, system } = process.cpuUsage(last);
    last = process.cpuUsage();
    longest = Math.max(longest, (user + system) / 1_000);
    if (running) setImmediate(probe);
  };
  setImmediate(probe);
  await work();
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  running = false;
  return longest;
}

/** The best of some tries: garbage collection and compilation count, and vary. */
export async function bestBlock(tries: number, work: () => Promise<unknown>): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < tries && best > longestBlockMs; i++) {
    best = Math.min(best, await longestBlock(work));
  }
  return best;
}

/** The least processor time in ms that some tries of a piece of work took. */
export async function leastWork(tries: number, work: () => Promise<unknown>): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < tries; i++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}
