import type { SessionState, Store } from '@sotto/client';
import { useCallback, useSyncExternalStore } from 'react';
import { useClient } from './client-context.ts';

/** The one way from an engine store into a component. */
export function useStore<Snapshot>(store: Store<Snapshot>): Snapshot {
  const subscribe = useCallback((listener: () => void) => store.subscribe(listener), [store]);
  const read = useCallback(() => store.getSnapshot(), [store]);
  return useSyncExternalStore(subscribe, read);
}

export function useSession(): SessionState {
  return useStore(useClient().session);
}
