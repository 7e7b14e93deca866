/**
 * Runs work on one record of one store after the work before it has ended. Two encryptions at once would
 * otherwise load the same chain key and use it twice.
 */
const queues = new WeakMap<object, Map<string, Promise<unknown>>>();

/** Waits for the record's turn, then runs `work`; a failure does not stop those who wait. */
export async function withRecordLock<T>(
  store: object,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const queue = queues.get(store) ?? new Map<string, Promise<unknown>>();
  queues.set(store, queue);
  const before = queue.get(name) ?? Promise.resolve();
  const turn = before.then(work, work);
  queue.set(name, turn);
  try {
    return await turn;
  } finally {
    if (queue.get(name) === turn) queue.delete(name);
  }
}
