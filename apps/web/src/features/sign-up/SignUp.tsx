import type { ReactNode } from 'react';
import { Link, useLocation } from 'react-router';
import { LoginFields } from '../../shared/forms/LoginFields.tsx';
import { t } from '../../shared/i18n/front.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { CentredPage } from '../../shared/ui/CentredPage.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { useSignUp } from './use-sign-up.ts';

export interface SignUpProps {
  connection: ReactNode;
}

export function SignUp({ connection }: SignUpProps) {
  const { form, pending } = useSignUp();
  const { state } = useLocation();
  return (
    <CentredPage
      title={t('signUp.title')}
      lead={t('signUp.lead')}
      footer={
        <p>
          {t('signUp.toSignIn')}{' '}
          <Link to="/sign-in" state={state} className="font-medium text-link underline">
            {t('signUp.signInLink')}
          </Link>
        </p>
      }
    >
      {connection}
      <form noValidate onSubmit={form.onSubmit} onInput={form.onInput}>
        <div className="flex flex-col gap-4">
          <LoginFields password="new" errors={form.errors} />
          {form.alert && <Notice tone="danger">{form.alert}</Notice>}
          <Button type="submit" variant="primary" wide pending={pending} className="mt-2">
            {t('signUp.submit')}
          </Button>
        </div>
      </form>
    </CentredPage>
  );
}
