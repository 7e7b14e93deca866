import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { useForm } from '../../shared/forms/use-form.ts';
import type { Values } from '../../shared/forms/use-form.ts';
import { digitsOf } from '../../shared/six-digits.ts';
import { checkCode, checkKey, codeFields, keyFields } from './second-factor-model.ts';
import type { CodeField, KeyField } from './second-factor-model.ts';

/** Success shows as a new phase of the session. */
export function useCode() {
  const client = useClient();
  const action = useAction(({ code }: Values<CodeField>) =>
    client.submitSecondFactor({ code: digitsOf(code) }),
  );
  const form = useForm<CodeField>({
    names: codeFields,
    check: checkCode,
    submit: action.run,
    error: action.error,
    fieldOf: { wrong_code: 'code' },
  });
  return { form, pending: action.pending };
}

/** The same with the recovery key, where the app is lost. */
export function useRecoveryKey() {
  const client = useClient();
  const action = useAction(({ recoveryKey }: Values<KeyField>) =>
    client.submitRecoveryKey({ recoveryKey: recoveryKey.trim() }),
  );
  const form = useForm<KeyField>({
    names: keyFields,
    check: checkKey,
    submit: action.run,
    error: action.error,
    fieldOf: { wrong_recovery_key: 'recoveryKey' },
  });
  return { form, pending: action.pending };
}
