import { useEffect } from 'react';
import { useClient } from '../shared/client/client-context.ts';

/** Passes on what the browser says of the network: the engine need not wait for a timeout. */
export function useOnlineHint(): void {
  const client = useClient();
  useEffect(() => {
    const tell = (): void => {
      // The engine finds out by itself, only later.
      client.setOnline({ online: navigator.onLine }).catch(() => undefined);
    };
    addEventListener('online', tell);
    addEventListener('offline', tell);
    return () => {
      removeEventListener('online', tell);
      removeEventListener('offline', tell);
    };
  }, [client]);
}
