import { useSession } from '../../shared/client/use-store.ts';
import { ta } from '../../shared/i18n/app.ts';
import { Avatar } from '../../shared/ui/Avatar.tsx';
import { Button } from '../../shared/ui/Button.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { PasswordField } from '../../shared/ui/PasswordField.tsx';
import { Block } from '../../shared/ui/Block.tsx';
import { SignOut } from './SignOut.tsx';
import { useChangeLoginPassword } from './use-change-login-password.ts';

export function AccountSettings() {
  const session = useSession();
  const { form, pending, done, changes } = useChangeLoginPassword();
  const profile = session.phase === 'ready' || session.phase === 'locked' ? session.profile : null;
  const email = session.phase === 'ready' ? session.email : '';
  return (
    <>
      {profile && (
        <div className="flex items-center gap-4 rounded-card border border-hairline bg-surface p-4">
          <Avatar name={profile.displayName} color={profile.avatarColor} size="large" />
          <dl className="flex min-w-0 flex-1 flex-col">
            <dt className="sr-only">{ta('account.signedInAs')}</dt>
            <dd dir="auto" className="truncate text-title font-strong">
              {profile.displayName}
            </dd>
            <dd dir="ltr" className="truncate text-start text-muted">
              @{profile.handle}
            </dd>
            {email && <dd className="truncate text-dense text-muted">{email}</dd>}
          </dl>
        </div>
      )}
      <Block title={ta('account.passwordTitle')} lead={ta('account.passwordLead')}>
        <form key={changes} noValidate onSubmit={form.onSubmit} onInput={form.onInput}>
          <div className="flex max-w-[25rem] flex-col gap-4">
            <input
              type="text"
              hidden
              readOnly
              name="username"
              autoComplete="username"
              value={email}
            />
            <PasswordField
              name="current"
              label={ta('account.current')}
              autoComplete="current-password"
              error={form.errors.current}
            />
            <PasswordField
              name="next"
              label={ta('account.next')}
              autoComplete="new-password"
              error={form.errors.next}
            />
            {form.alert && <Notice tone="danger">{form.alert}</Notice>}
            {done && <Notice tone="ok">{ta('account.changed')}</Notice>}
            <Button type="submit" className="self-start" pending={pending}>
              {ta('account.change')}
            </Button>
          </div>
        </form>
      </Block>
      <SignOut />
    </>
  );
}
