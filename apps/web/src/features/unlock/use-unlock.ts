import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { useForm } from '../../shared/forms/use-form.ts';
import type { Values } from '../../shared/forms/use-form.ts';
import { ta } from '../../shared/i18n/app.ts';
import { t } from '../../shared/i18n/front.ts';
import { useCountdown } from '../../shared/time/use-countdown.ts';
import { laterOf } from './unlock-model.ts';

const fields = ['chatPassword'] as const;
type Field = (typeof fields)[number];

/** Success shows as a new phase of the session. */
export function useUnlock(retryAtMs: number | null) {
  const client = useClient();
  const action = useAction((input: Values<Field>) => client.unlock(input));
  const logOut = useAction(() => client.signOut({ scope: 'local' }));
  const waitSeconds = useCountdown(laterOf(retryAtMs, action.error?.retryAtMs ?? null));
  const form = useForm<Field>({
    names: fields,
    check: ({ chatPassword }) =>
      chatPassword === '' ? { chatPassword: ta('chatPassword.missing') } : {},
    submit: (values) => {
      if (waitSeconds === 0 && !action.pending) action.run(values);
    },
    error: action.error,
    fieldOf: { wrong_chat_password: 'chatPassword', too_many_tries: 'chatPassword' },
    // The wait is counted down beside the field; as part of the words it would stand still.
    words: {
      wrong_chat_password: t('error.wrong_chat_password'),
      too_many_tries: t('error.too_many_tries'),
    },
  });
  return { form, pending: action.pending, waitSeconds, logOut };
}
