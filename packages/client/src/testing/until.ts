import type { Store } from '../facade.ts';

/** Waits until a store's snapshot is as wanted; rejects with the last one after `timeoutMs`. */
export function until<Snapshot>(
  store: Store<Snapshot>,
  wanted: (snapshot: Snapshot) => boolean,
  timeoutMs = 15_000,
): Promise<Snapshot> {
  return new Promise((resolve, reject) => {
    const check = (): boolean => {
      const snapshot = store.getSnapshot();
      if (!wanted(snapshot)) return false;
      clearTimeout(timer);
      stop();
      resolve(snapshot);
      return true;
    };
    const timer = setTimeout(() => {
      const last = JSON.stringify(store.getSnapshot()).slice(0, 2000);
      stop();
      reject(new Error(`still not as wanted after ${timeoutMs} ms: ${last}`));
    }, timeoutMs);
    const stop = store.subscribe(check);
    check();
  });
}
