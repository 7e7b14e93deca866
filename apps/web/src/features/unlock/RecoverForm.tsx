import { ChatPasswordAccount } from '../../shared/forms/ChatPasswordAccount.tsx';
import { ta } from '../../shared/i18n/app.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { NewChatPasswordField } from '../../shared/ui/NewChatPasswordField.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { PasswordField } from '../../shared/ui/PasswordField.tsx';
import { useRecover } from './use-recover.ts';

export function RecoverForm({ onBack }: { onBack(): void }) {
  const { form, pending } = useRecover();
  return (
    <form noValidate onSubmit={form.onSubmit} onInput={form.onInput}>
      <div className="flex flex-col gap-4">
        <PasswordField
          name="recoveryKey"
          label={ta('recover.key')}
          autoComplete="off"
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the first field of a form just opened
          autoFocus
          mono
          hint={ta('recover.keyHint')}
          error={form.errors.recoveryKey}
        />
        <ChatPasswordAccount />
        <NewChatPasswordField
          name="newChatPassword"
          label={ta('recover.next')}
          error={form.errors.newChatPassword}
        />
        {form.alert && <Notice tone="danger">{form.alert}</Notice>}
        {pending && <Notice tone="info">{ta('unlock.working')}</Notice>}
        <div className="flex flex-col gap-2">
          <Button type="submit" variant="primary" wide pending={pending}>
            {ta('recover.submit')}
          </Button>
          <Button variant="quiet" wide onClick={onBack}>
            {ta('recover.back')}
          </Button>
        </div>
        <p className="text-dense text-muted">{ta('recover.none')}</p>
      </div>
    </form>
  );
}
