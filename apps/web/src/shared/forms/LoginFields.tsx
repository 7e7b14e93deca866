import { t } from '../i18n/front.ts';
import { PasswordField } from '../ui/PasswordField.tsx';
import { TextField } from '../ui/TextField.tsx';

export interface LoginFieldsProps {
  /** Whether a login password is made or typed. */
  password: 'new' | 'current';
  errors: Partial<Record<'email' | 'password', string>>;
}

/** Email address and login password, as browsers and password managers know them. */
export function LoginFields({ password, errors }: LoginFieldsProps) {
  return (
    <>
      <TextField
        name="email"
        type="email"
        inputMode="email"
        label={t('signIn.email')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        error={errors.email}
      />
      <PasswordField
        name="password"
        label={t('signIn.password')}
        autoComplete={`${password}-password`}
        hint={password === 'new' ? t('signUp.passwordHint') : undefined}
        error={errors.password}
      />
    </>
  );
}
