import { useEffect, useMemo, useState } from 'react';
import { useAction } from '../client/use-action.ts';
import { useForm } from '../forms/use-form.ts';
import type { Values } from '../forms/use-form.ts';
import { checkConfirm, confirmFields, pickGroups, recoveryGroups } from './recovery-groups.ts';
import type { ConfirmField } from './recovery-groups.ts';

/** What a person typed of the key, groups counted from 0. */
export interface TypedGroups {
  groups: { index: number; text: string }[];
}

/** A recovery key that was just made: shown first, then two of its groups are asked for. */
export function useRecoveryKey(
  recoveryKey: string,
  perform: (input: TypedGroups) => Promise<void>,
  onDone?: () => void,
) {
  const groups = useMemo(() => recoveryGroups(recoveryKey), [recoveryKey]);
  const [asked] = useState(() => pickGroups(groups.length, Math.random));
  const [confirming, setConfirming] = useState(false);
  // Leaving now voids the key that was just shown; the browser asks in its own words.
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, []);
  const action = useAction(
    ({ group1, group2 }: Values<ConfirmField>) =>
      perform({
        groups: [
          { index: asked[0], text: group1.trim() },
          { index: asked[1], text: group2.trim() },
        ],
      }),
    onDone,
  );
  const form = useForm<ConfirmField>({
    names: confirmFields,
    check: checkConfirm,
    submit: action.run,
    error: action.error,
  });
  return { groups, asked, confirming, setConfirming, form, pending: action.pending };
}
