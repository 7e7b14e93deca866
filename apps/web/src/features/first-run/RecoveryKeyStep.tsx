import { Printer, Save } from 'lucide-react';
import { ta } from '../../shared/i18n/app.ts';
import { t } from '../../shared/i18n/front.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { CentredPage } from '../../shared/ui/CentredPage.tsx';
import { CopyButton } from '../../shared/ui/CopyButton.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { TextField } from '../../shared/ui/TextField.tsx';
import { RecoveryKeyCard } from './RecoveryKeyCard.tsx';
import { StepMarks } from './StepMarks.tsx';
import { saveTextFile } from './save-text-file.ts';
import { useRecoveryKeyStep } from './use-recovery-key-step.ts';

export function RecoveryKeyStep({ recoveryKey }: { recoveryKey: string }) {
  const { groups, asked, confirming, setConfirming, form, pending } =
    useRecoveryKeyStep(recoveryKey);
  if (!confirming) {
    const file = ta('recovery.fileText', { key: groups.join(' ') });
    return (
      <CentredPage
        before={<StepMarks step="recoveryKey" />}
        title={ta('recovery.title')}
        lead={ta('recovery.lead')}
      >
        <RecoveryKeyCard groups={groups} />
        <div className="no-print grid grid-cols-3 gap-2 *:px-2">
          <CopyButton text={groups.join(' ')} />
          <Button onClick={() => saveTextFile(ta('recovery.fileName'), file)}>
            <Save aria-hidden className="size-4" />
            {ta('recovery.save')}
          </Button>
          <Button onClick={() => window.print()}>
            <Printer aria-hidden className="size-4" />
            {ta('recovery.print')}
          </Button>
        </div>
        <div className="no-print flex flex-col gap-4">
          <Notice tone="warn">{ta('recovery.cannot')}</Notice>
          <Button variant="primary" wide onClick={() => setConfirming(true)}>
            {ta('recovery.next')}
          </Button>
        </div>
      </CentredPage>
    );
  }
  return (
    <CentredPage
      before={<StepMarks step="recoveryKey" />}
      title={ta('recovery.confirmTitle')}
      lead={ta('recovery.confirmLead')}
    >
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
              {t('action.continue')}
            </Button>
            <Button variant="quiet" wide onClick={() => setConfirming(false)}>
              {ta('recovery.showAgain')}
            </Button>
          </div>
        </div>
      </form>
    </CentredPage>
  );
}
