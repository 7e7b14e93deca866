import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { useForm } from '../../shared/forms/use-form.ts';
import type { Values } from '../../shared/forms/use-form.ts';
import { checkSignIn, signInFields } from './sign-in-model.ts';
import type { SignInField } from './sign-in-model.ts';

/** Success shows as a new phase of the session. */
export function useSignIn() {
  const client = useClient();
  const action = useAction((input: Values<SignInField>) => client.signIn(input));
  const form = useForm<SignInField>({
    names: signInFields,
    check: checkSignIn,
    submit: ({ email, password }) => action.run({ email: email.trim(), password }),
    error: action.error,
    fieldOf: { invalid_credentials: 'password', email_invalid: 'email' },
  });
  return { form, pending: action.pending };
}
