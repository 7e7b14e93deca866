import { ts } from '../../shared/i18n/security.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { CodeField } from '../../shared/ui/CodeField.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { useCode } from './use-second-factor.ts';

export function CodeForm({ onLost }: { onLost(): void }) {
  const { form, pending } = useCode();
  return (
    <form noValidate onSubmit={form.onSubmit} onInput={form.onInput}>
      <div className="flex flex-col gap-4">
        <CodeField
          name="code"
          label={ts('code.label')}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the one field of a page just opened
          autoFocus
          error={form.errors.code}
        />
        {form.alert && <Notice tone="danger">{form.alert}</Notice>}
        <div className="mt-2 flex flex-col gap-2">
          <Button type="submit" variant="primary" wide pending={pending}>
            {ts('code.submit')}
          </Button>
          <Button variant="quiet" wide onClick={onLost}>
            {ts('code.lost')}
          </Button>
        </div>
      </div>
    </form>
  );
}
