import { t } from '../../shared/i18n/front.ts';
import type { FieldErrors, Values } from '../../shared/forms/use-form.ts';

export const signInFields = ['email', 'password'] as const;
export type SignInField = (typeof signInFields)[number];

export function checkSignIn(values: Values<SignInField>): FieldErrors<SignInField> {
  return {
    ...(values.email.trim() === '' && { email: t('missing.email') }),
    ...(values.password === '' && { password: t('missing.password') }),
  };
}
