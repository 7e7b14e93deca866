import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { useForm } from '../../shared/forms/use-form.ts';
import type { Values } from '../../shared/forms/use-form.ts';
import { checkRecover, recoverFields } from './unlock-model.ts';
import type { RecoverField } from './unlock-model.ts';

export function useRecover() {
  const client = useClient();
  const action = useAction((input: Values<RecoverField>) => client.recover(input));
  const form = useForm<RecoverField>({
    names: recoverFields,
    check: checkRecover,
    submit: action.run,
    error: action.error,
    fieldOf: {
      wrong_recovery_key: 'recoveryKey',
      weak_password: 'newChatPassword',
      same_password: 'newChatPassword',
    },
  });
  return { form, pending: action.pending };
}
