import type { SessionState } from '@sotto/client';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'react-router';
import { LoginFields } from '../../shared/forms/LoginFields.tsx';
import { t } from '../../shared/i18n/front.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { CentredPage } from '../../shared/ui/CentredPage.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { isResuming } from '../../shared/first-run-resume.ts';
import { useSignIn } from './use-sign-in.ts';

export interface SignInProps {
  notice: Extract<SessionState, { phase: 'signedOut' }>['notice'];
  /** Says so when the connection is missing. */
  connection: ReactNode;
}

export function SignIn({ notice, connection }: SignInProps) {
  const { form, pending } = useSignIn();
  const location = useLocation();
  return (
    <CentredPage
      title={t('signIn.title')}
      lead={t('signIn.lead')}
      footer={
        <p>
          {t('signIn.toSignUp')}{' '}
          <Link
            to="/sign-up"
            state={{ from: location }}
            className="font-medium text-link underline"
          >
            {t('signIn.signUpLink')}
          </Link>
        </p>
      }
    >
      {notice && (
        <Notice tone="warn">
          {notice === 'session_ended' ? t('signIn.ended') : t('signIn.revoked')}
        </Notice>
      )}
      {!notice && isResuming(location.state) && <Notice tone="info">{t('signIn.resume')}</Notice>}
      {connection}
      <form noValidate onSubmit={form.onSubmit} onInput={form.onInput}>
        <div className="flex flex-col gap-4">
          <LoginFields password="current" errors={form.errors} />
          {form.alert && <Notice tone="danger">{form.alert}</Notice>}
          <Button type="submit" variant="primary" wide pending={pending} className="mt-2">
            {t('signIn.submit')}
          </Button>
        </div>
      </form>
    </CentredPage>
  );
}
