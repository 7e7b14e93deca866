import { useClient } from '../../shared/client/client-context.ts';
import { useStore } from '../../shared/client/use-store.ts';
import { useCountdown } from '../../shared/time/use-countdown.ts';
import { useDelayed } from '../../shared/time/use-delayed.ts';
import { connectingSignDelayMs, connectionSign } from './connection-model.ts';

export function useConnection() {
  const { status, retryAtMs } = useStore(useClient().connection);
  const slow = useDelayed(status !== 'online', connectingSignDelayMs);
  const seconds = useCountdown(status === 'offline' ? retryAtMs : null);
  return { sign: connectionSign(status, slow), seconds };
}
