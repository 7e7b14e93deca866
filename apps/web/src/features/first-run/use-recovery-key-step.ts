import { useEffect, useMemo, useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { useForm } from '../../shared/forms/use-form.ts';
import type { Values } from '../../shared/forms/use-form.ts';
import { checkConfirm, confirmFields, pickGroups, recoveryGroups } from './first-run-model.ts';
import type { ConfirmField } from './first-run-model.ts';

export function useRecoveryKeyStep(recoveryKey: string) {
  const client = useClient();
  const groups = useMemo(() => recoveryGroups(recoveryKey), [recoveryKey]);
  const [asked] = useState(() => pickGroups(groups.length, Math.random));
  const [confirming, setConfirming] = useState(false);
  // Leaving now voids the key that was just shown; the browser asks in its own words.
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, []);
  const action = useAction(({ group1, group2 }: Values<ConfirmField>) =>
    client.confirmRecoveryKey({
      groups: [
        { index: asked[0], text: group1.trim() },
        { index: asked[1], text: group2.trim() },
      ],
    }),
  );
  const form = useForm<ConfirmField>({
    names: confirmFields,
    check: checkConfirm,
    submit: action.run,
    error: action.error,
  });
  return { groups, asked, confirming, setConfirming, form, pending: action.pending };
}
