import { ts } from '../../shared/i18n/security.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { PasswordField } from '../../shared/ui/PasswordField.tsx';
import { useRecoveryKey } from './use-second-factor.ts';

export function RecoveryKeyForm({ onBack }: { onBack(): void }) {
  const { form, pending } = useRecoveryKey();
  return (
    <form noValidate onSubmit={form.onSubmit} onInput={form.onInput}>
      <div className="flex flex-col gap-4">
        <PasswordField
          name="recoveryKey"
          label={ts('code.keyLabel')}
          autoComplete="off"
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the one field of a form just opened
          autoFocus
          mono
          error={form.errors.recoveryKey}
        />
        {form.alert && <Notice tone="danger">{form.alert}</Notice>}
        <div className="mt-2 flex flex-col gap-2">
          <Button type="submit" variant="primary" wide pending={pending}>
            {ts('code.keySubmit')}
          </Button>
          <Button variant="quiet" wide onClick={onBack}>
            {ts('code.keyBack')}
          </Button>
        </div>
        <p className="text-dense text-muted">{ts('code.none')}</p>
      </div>
    </form>
  );
}
