import { useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { useForm } from '../../shared/forms/use-form.ts';
import type { Values } from '../../shared/forms/use-form.ts';
import { t } from '../../shared/i18n/front.ts';
import { useCountdown } from '../../shared/time/use-countdown.ts';
import { changeFields, checkChange } from './settings-model.ts';
import type { ChangeField } from './settings-model.ts';

export function useChangeChatPassword() {
  const client = useClient();
  /** Counts the changes: the form starts afresh after each. */
  const [changes, setChanges] = useState(0);
  const [done, setDone] = useState(false);
  const action = useAction(
    (input: Values<ChangeField>) => client.changeChatPassword(input),
    () => {
      setChanges((count) => count + 1);
      setDone(true);
    },
  );
  const waitSeconds = useCountdown(action.error?.retryAtMs ?? null);
  const form = useForm<ChangeField>({
    names: changeFields,
    check: checkChange,
    submit: (values) => {
      setDone(false);
      if (waitSeconds === 0) action.run(values);
    },
    error: action.error,
    fieldOf: {
      wrong_chat_password: 'current',
      too_many_tries: 'current',
      weak_password: 'next',
      same_password: 'next',
    },
    words: {
      wrong_chat_password: t('error.wrong_chat_password'),
      too_many_tries: t('error.too_many_tries'),
    },
  });
  const lock = useAction(() => client.lock());
  return { form, pending: action.pending, done, changes, waitSeconds, lock };
}
