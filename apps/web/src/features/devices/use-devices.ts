import { useClient } from '../../shared/client/client-context.ts';
import { useStore } from '../../shared/client/use-store.ts';
import { useDelayed } from '../../shared/time/use-delayed.ts';

const skeletonDelayMs = 150;

export function useDevices() {
  const client = useClient();
  const state = useStore(client.devices);
  const { status } = useStore(client.connection);
  const slow = useDelayed(state.status === 'loading', skeletonDelayMs);
  return { ...state, slow, offline: status === 'offline' };
}
