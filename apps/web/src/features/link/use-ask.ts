import type { LinkState } from '@sotto/client';
import { useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import type { Action } from '../../shared/client/use-action.ts';
import { isAskOver, viewAsk } from './link-model.ts';

export interface AskOptions {
  link: LinkState | null;
  start: Action<undefined>;
  /** To the other ways of opening the account. */
  onBack(): void;
}

export function useAsk({ link, start, onBack }: AskOptions) {
  const client = useClient();
  const [differed, setDiffered] = useState(false);
  const confirm = useAction(() => client.confirmLink());
  const cancel = useAction(() => client.cancelLink());
  const shown = viewAsk({ link, error: start.error, differed });
  return {
    shown,
    ended: isAskOver(shown),
    error: confirm.error ?? cancel.error,
    confirming: confirm.pending,
    match: () => confirm.run(undefined),
    differ: () => {
      setDiffered(true);
      cancel.run(undefined);
    },
    again: () => {
      setDiffered(false);
      start.run(undefined);
    },
    back: () => {
      start.reset();
      cancel.run(undefined);
      onBack();
    },
  };
}
