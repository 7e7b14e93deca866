import type { ReactNode } from 'react';
import { ChatPasswordAccount } from '../../shared/forms/ChatPasswordAccount.tsx';
import { ta } from '../../shared/i18n/app.ts';
import { waitWords } from '../../shared/time/wait.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { PasswordField } from '../../shared/ui/PasswordField.tsx';
import { useUnlock } from './use-unlock.ts';

export interface UnlockFormProps {
  retryAtMs: number | null;
  submitLabel: string;
  onForgotten(): void;
  /** Another way in. */
  children?: ReactNode;
}

export function UnlockForm(props: UnlockFormProps) {
  const { retryAtMs, submitLabel, onForgotten, children } = props;
  const { form, pending, waitSeconds, logOut } = useUnlock(retryAtMs);
  return (
    <form noValidate onSubmit={form.onSubmit} onInput={form.onInput}>
      <div className="flex flex-col gap-4">
        <ChatPasswordAccount />
        <PasswordField
          name="chatPassword"
          label={ta('chatPassword.label')}
          autoComplete="section-chat current-password"
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the one field of a dialog just opened
          autoFocus
          error={form.errors.chatPassword}
          hint={
            <button
              type="button"
              onClick={onForgotten}
              className="rounded-tag py-1 font-medium text-link"
            >
              {ta('unlock.forgotten')}
            </button>
          }
        />
        {waitSeconds > 0 && (
          <Notice tone="warn">
            <span className="tabular-nums">
              {ta('unlock.wait', { time: waitWords(waitSeconds) })}
            </span>
          </Notice>
        )}
        {form.alert && <Notice tone="danger">{form.alert}</Notice>}
        {pending && <Notice tone="info">{ta('unlock.working')}</Notice>}
        <div className="flex flex-col gap-2">
          <Button type="submit" variant="primary" wide pending={pending} disabled={waitSeconds > 0}>
            {submitLabel}
          </Button>
          {children}
          <Button
            variant="quiet"
            wide
            pending={logOut.pending}
            onClick={() => logOut.run(undefined)}
          >
            {ta('unlock.logOut')}
          </Button>
        </div>
      </div>
    </form>
  );
}
