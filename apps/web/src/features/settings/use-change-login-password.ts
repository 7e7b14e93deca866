import { useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { useForm } from '../../shared/forms/use-form.ts';
import type { Values } from '../../shared/forms/use-form.ts';
import { changeFields, checkChange } from './settings-model.ts';
import type { ChangeField } from './settings-model.ts';

export function useChangeLoginPassword() {
  const client = useClient();
  /** Counts the changes: the form starts afresh after each. */
  const [changes, setChanges] = useState(0);
  const [done, setDone] = useState(false);
  const action = useAction(
    (input: Values<ChangeField>) => client.changeLoginPassword(input),
    () => {
      setChanges((count) => count + 1);
      setDone(true);
    },
  );
  const form = useForm<ChangeField>({
    names: changeFields,
    check: checkChange,
    submit: (values) => {
      setDone(false);
      action.run(values);
    },
    error: action.error,
    fieldOf: { invalid_credentials: 'current', weak_password: 'next', same_password: 'next' },
  });
  return { form, pending: action.pending, done, changes };
}
