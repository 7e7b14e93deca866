import type { Store } from '../facade.ts';

/** A {@link Store} with its writing side. */
export interface WritableStore<Snapshot> extends Store<Snapshot> {
  set(next: Snapshot): void;
}

/** Keeps one immutable snapshot; `onWatched` is told when the first listener comes and the last leaves. */
export function createStore<Snapshot>(
  initial: Snapshot,
  onWatched?: (watched: boolean) => void,
): WritableStore<Snapshot> {
  let snapshot = initial;
  const listeners = new Set<() => void>();
  return {
    getSnapshot: () => snapshot,
    subscribe(listener) {
      const own = () => listener();
      listeners.add(own);
      if (listeners.size === 1) onWatched?.(true);
      return () => {
        if (listeners.delete(own) && listeners.size === 0) onWatched?.(false);
      };
    },
    set(next) {
      if (next === snapshot) return;
      snapshot = next;
      for (const listener of Array.from(listeners)) listener();
    },
  };
}
