import { useState } from 'react';
import { useClient } from '../shared/client/client-context.ts';
import { useStore } from '../shared/client/use-store.ts';

export function useDeviceNews() {
  const { status, alarm, requests, devices } = useStore(useClient().devices);
  // One that was let in ends by itself.
  const open = requests.filter(({ step }) => status === 'ready' && step !== 'delivered');
  const added = devices.filter(({ isNew }) => isNew);
  const [asked, setAsked] = useState(false);
  if (!asked && open.length > 0) setAsked(true);
  return {
    alarm,
    /** Null when there is nothing to be told of. */
    added: isSome(added) ? added : null,
    requests: open,
    /** Since the unlock: the dialog about a request outlives it. */
    asked,
  };
}

const isSome = <Item>(items: readonly Item[]): items is readonly [Item, ...Item[]] =>
  items.length > 0;
