import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { useForm } from '../../shared/forms/use-form.ts';
import type { Values } from '../../shared/forms/use-form.ts';
import { checkSignUp, signUpFields } from './sign-up-model.ts';
import type { SignUpField } from './sign-up-model.ts';

export function useSignUp() {
  const client = useClient();
  const action = useAction((input: Values<SignUpField>) => client.signUp(input));
  const form = useForm<SignUpField>({
    names: signUpFields,
    check: checkSignUp,
    submit: ({ email, password }) => action.run({ email: email.trim(), password }),
    error: action.error,
    fieldOf: { email_taken: 'email', email_invalid: 'email', weak_password: 'password' },
  });
  return { form, pending: action.pending };
}
