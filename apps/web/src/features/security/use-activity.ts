import type { ActivityItem } from '@sotto/client';
import { useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';

/** The record page by page, newest first; nothing is asked for before somebody wants to see it. */
export function useActivity() {
  const client = useClient();
  const [items, setItems] = useState<readonly ActivityItem[] | null>(null);
  const [hasMore, setHasMore] = useState(false);
  const action = useAction(
    (before: number | undefined) => client.listActivity(before === undefined ? {} : { before }),
    (page, before) => {
      setItems((known) => [...(before === undefined ? [] : (known ?? [])), ...page.items]);
      setHasMore(page.hasMore);
    },
  );
  return {
    items,
    hasMore,
    error: action.error,
    pending: action.pending,
    show: () => action.run(undefined),
    more: () => action.run(items?.at(-1)?.id),
  };
}
