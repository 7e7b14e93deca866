import { useState } from 'react';
import { useClient } from '../shared/client/client-context.ts';
import { useStore } from '../shared/client/use-store.ts';

export function useDeviceNews() {
  const { status, alarm, requests } = useStore(useClient().devices);
  // One that was let in ends by itself.
  const open = requests.filter(({ step }) => status === 'ready' && step !== 'delivered');
  const [asked, setAsked] = useState(false);
  if (!asked && open.length > 0) setAsked(true);
  return {
    alarm,
    requests: open,
    /** Since the unlock: the dialog about a request outlives it. */
    asked,
  };
}
