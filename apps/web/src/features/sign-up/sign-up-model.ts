import { t } from '../../shared/i18n/front.ts';
import type { FieldErrors, Values } from '../../shared/forms/use-form.ts';

export const signUpFields = ['email', 'password'] as const;
export type SignUpField = (typeof signUpFields)[number];

/** Whether a password is strong enough is decided where accounts are made; here only what is missing. */
export function checkSignUp(values: Values<SignUpField>): FieldErrors<SignUpField> {
  return {
    ...(values.email.trim() === '' && { email: t('missing.email') }),
    ...(values.password === '' && { password: t('missing.password') }),
  };
}
