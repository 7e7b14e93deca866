import type { Store } from '@sotto/client';

export interface WritableStore<Snapshot> extends Store<Snapshot> {
  set(snapshot: Snapshot): void;
}

export function writableStore<Snapshot>(first: Snapshot): WritableStore<Snapshot> {
  let current = first;
  const listeners = new Set<() => void>();
  return {
    getSnapshot: () => current,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(snapshot) {
      current = snapshot;
      for (const listener of listeners) listener();
    },
  };
}
