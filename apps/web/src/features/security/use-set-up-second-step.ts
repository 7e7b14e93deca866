import { useEffect, useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { useForm } from '../../shared/forms/use-form.ts';
import type { Values } from '../../shared/forms/use-form.ts';
import { digitsOf } from '../../shared/six-digits.ts';
import { checkSetUp, setUpFields } from './security-model.ts';
import type { SetUpField } from './security-model.ts';

/** Asks for a key when it begins, and switches the step on with a code made from it. */
export function useSetUpSecondStep(onDone: () => void) {
  const client = useClient();
  const [begun, setBegun] = useState<{ otpauthUrl: string; secret: string } | null>(null);
  const start = useAction(() => client.startSecondFactor(), setBegun);
  const { run } = start;
  useEffect(() => run(undefined), [run]);
  const action = useAction(
    ({ code, recoveryKey }: Values<SetUpField>) =>
      client.confirmSecondFactor({ code: digitsOf(code), recoveryKey: recoveryKey.trim() }),
    onDone,
  );
  const form = useForm<SetUpField>({
    names: setUpFields,
    check: checkSetUp,
    submit: action.run,
    error: action.error,
    fieldOf: { wrong_code: 'code', wrong_recovery_key: 'recoveryKey' },
  });
  return {
    begun,
    startError: start.error,
    retry: () => run(undefined),
    form,
    pending: action.pending,
  };
}
