import type { Form } from '../forms/use-form.ts';
import { ta } from '../i18n/app.ts';
import { Button } from '../ui/Button.tsx';
import { Notice } from '../ui/Notice.tsx';
import { TextField } from '../ui/TextField.tsx';
import type { ConfirmField } from './recovery-groups.ts';

export interface RecoveryKeyCheckProps {
  /** Positions of the two groups, counted from 0. */
  asked: readonly [number, number];
  form: Form<ConfirmField>;
  pending: boolean;
  /** The word on the button that goes on. */
  submit: string;
  onBack(): void;
}

/** Asks for two groups of the key that was shown. */
export function RecoveryKeyCheck({ asked, form, pending, submit, onBack }: RecoveryKeyCheckProps) {
  return (
    <form noValidate onSubmit={form.onSubmit} onInput={form.onInput}>
      <div className="flex flex-col gap-4">
        {(['group1', 'group2'] as const).map((name, index) => (
          <TextField
            key={name}
            name={name}
            label={ta('recovery.group', { position: (asked[index] ?? 0) + 1 })}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            dir="ltr"
            className="font-mono"
            error={form.errors[name]}
          />
        ))}
        {form.alert && <Notice tone="danger">{form.alert}</Notice>}
        <div className="mt-2 flex flex-col gap-2">
          <Button type="submit" variant="primary" wide pending={pending}>
            {submit}
          </Button>
          <Button variant="quiet" wide onClick={onBack}>
            {ta('recovery.showAgain')}
          </Button>
        </div>
      </div>
    </form>
  );
}
