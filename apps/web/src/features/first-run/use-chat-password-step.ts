import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { useForm } from '../../shared/forms/use-form.ts';
import type { Values } from '../../shared/forms/use-form.ts';
import { ta } from '../../shared/i18n/app.ts';

const fields = ['chatPassword'] as const;
type Field = (typeof fields)[number];

export function useChatPasswordStep(onKey: (recoveryKey: string) => void) {
  const client = useClient();
  const action = useAction(
    (input: Values<Field>) => client.setChatPassword(input),
    ({ recoveryKey }) => onKey(recoveryKey),
  );
  const form = useForm<Field>({
    names: fields,
    check: ({ chatPassword }) =>
      chatPassword === '' ? { chatPassword: ta('chatPassword.missing') } : {},
    submit: action.run,
    error: action.error,
    fieldOf: { weak_password: 'chatPassword', same_password: 'chatPassword' },
  });
  return { form, pending: action.pending };
}
