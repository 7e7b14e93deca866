import { errorWords } from '../../shared/client/error-words.ts';
import { t } from '../../shared/i18n/front.ts';
import { ts } from '../../shared/i18n/security.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { CodeField } from '../../shared/ui/CodeField.tsx';
import { CopyButton } from '../../shared/ui/CopyButton.tsx';
import { Dialog } from '../../shared/ui/Dialog.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { PasswordField } from '../../shared/ui/PasswordField.tsx';
import { QrCode } from '../../shared/ui/QrCode.tsx';
import { Skeleton } from '../../shared/ui/Skeleton.tsx';
import { useSetUpSecondStep } from './use-set-up-second-step.ts';

export interface SecondStepDialogProps {
  onDone(): void;
  onClose(): void;
}

export function SetUpSecondStep({ onDone, onClose }: SecondStepDialogProps) {
  const { begun, startError, retry, form, pending } = useSetUpSecondStep(onDone);
  return (
    <Dialog wide title={ts('factor.startTitle')} lead={ts('factor.scan')} onClose={onClose}>
      {startError ? (
        <div className="flex flex-col gap-3">
          <Notice tone="danger">{errorWords(startError)}</Notice>
          <Button onClick={retry}>{t('action.tryAgain')}</Button>
        </div>
      ) : (
        <div className="flex flex-col items-center gap-6 md:flex-row md:items-start">
          <div className="flex w-60 shrink-0 flex-col gap-3">
            {begun ? (
              <QrCode text={begun.otpauthUrl} label={ts('factor.qr')} />
            ) : (
              <Skeleton className="size-60 shrink-0 rounded-control" />
            )}
            {begun && (
              <p className="text-dense">
                <span className="text-muted">{ts('factor.key')}</span>{' '}
                <span dir="ltr" className="font-mono break-all select-all">
                  {begun.secret.match(/.{1,4}/g)?.join(' ')}
                </span>
              </p>
            )}
            {begun && <CopyButton text={begun.secret} label={ts('factor.copyKey')} />}
          </div>
          <form
            noValidate
            onSubmit={form.onSubmit}
            onInput={form.onInput}
            className="w-full min-w-0 flex-1"
          >
            <div className="flex flex-col gap-4">
              <CodeField name="code" label={ts('factor.code')} error={form.errors.code} />
              <PasswordField
                name="recoveryKey"
                label={ts('factor.recovery')}
                hint={ts('factor.recoveryHint')}
                autoComplete="off"
                mono
                error={form.errors.recoveryKey}
              />
              {form.alert && <Notice tone="danger">{form.alert}</Notice>}
              <p className="text-dense text-muted">{ts('factor.othersOut')}</p>
              <Button type="submit" variant="primary" wide pending={pending}>
                {ts('factor.confirm')}
              </Button>
            </div>
          </form>
        </div>
      )}
    </Dialog>
  );
}
