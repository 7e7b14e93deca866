/**
 * Runs work on one record of one store at a time, in order, so that concurrent calls cannot use a
 * message key twice. Keyed by the store object: two ciphers over the same store share the lock. Two processes over one
 * database need a lock of their own.
 */
const queues = new WeakMap<object, Map<string, Promise<unknown>>>();

/** Runs `work` after all earlier work on the same record has ended, whatever its outcome. */
export async function withRecordLock<T>(
  store: object,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  let queue = queues.get(store);
  if (!queue) {
    queue = new Map();
    queues.set(store, queue);
  }
  const before = queue.get(name) ?? Promise.resolve();
  const mine = before.then(work, work);
  queue.set(name, mine);
  try {
    return await mine;
  } finally {
    if (queue.get(name) === mine) queue.delete(name);
  }
}
