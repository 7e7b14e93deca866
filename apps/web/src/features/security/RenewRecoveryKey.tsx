import { useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { ChatPasswordAccount } from '../../shared/forms/ChatPasswordAccount.tsx';
import { useForm } from '../../shared/forms/use-form.ts';
import type { Values } from '../../shared/forms/use-form.ts';
import { ts } from '../../shared/i18n/security.ts';
import { RecoveryKeyCheck } from '../../shared/recovery/RecoveryKeyCheck.tsx';
import { RecoveryKeyShown } from '../../shared/recovery/RecoveryKeyShown.tsx';
import { useRecoveryKey } from '../../shared/recovery/use-recovery-key.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { Dialog } from '../../shared/ui/Dialog.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { PasswordField } from '../../shared/ui/PasswordField.tsx';
import type { SecondStepDialogProps } from './SetUpSecondStep.tsx';
import { checkPassword, passwordFields } from './security-model.ts';
import type { PasswordFieldName } from './security-model.ts';

function AskPassword({ onKey }: { onKey(recoveryKey: string): void }) {
  const client = useClient();
  const action = useAction(
    (values: Values<PasswordFieldName>) => client.renewRecoveryKey(values),
    ({ recoveryKey }) => onKey(recoveryKey),
  );
  const form = useForm<PasswordFieldName>({
    names: passwordFields,
    check: checkPassword,
    submit: action.run,
    error: action.error,
    fieldOf: { wrong_chat_password: 'chatPassword' },
  });
  return (
    <form noValidate onSubmit={form.onSubmit} onInput={form.onInput}>
      <div className="flex flex-col gap-4">
        <ChatPasswordAccount />
        <PasswordField
          name="chatPassword"
          label={ts('recovery.password')}
          autoComplete="current-password"
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the one field of a dialog just opened
          autoFocus
          error={form.errors.chatPassword}
        />
        {form.alert && <Notice tone="danger">{form.alert}</Notice>}
        <Button type="submit" variant="primary" wide pending={action.pending}>
          {ts('recovery.continue')}
        </Button>
      </div>
    </form>
  );
}

interface ConfirmKeyProps extends SecondStepDialogProps {
  recoveryKey: string;
}

function ConfirmKey({ recoveryKey, onDone, onClose }: ConfirmKeyProps) {
  const client = useClient();
  const { groups, asked, confirming, setConfirming, form, pending } = useRecoveryKey(
    recoveryKey,
    (typed) => client.confirmNewRecoveryKey(typed),
    onDone,
  );
  return (
    <Dialog
      title={ts(confirming ? 'recovery.confirmTitle' : 'recovery.shownTitle')}
      lead={ts(confirming ? 'recovery.confirmLead' : 'recovery.shownLead')}
      onClose={onClose}
    >
      <div className="flex flex-col gap-4">
        {confirming ? (
          <RecoveryKeyCheck
            asked={asked}
            form={form}
            pending={pending}
            submit={ts('recovery.confirm')}
            onBack={() => setConfirming(false)}
          />
        ) : (
          <RecoveryKeyShown groups={groups} onNext={() => setConfirming(true)} />
        )}
      </div>
    </Dialog>
  );
}

/** The chat password, the new key, and two of its groups: nothing changes before the last step. */
export function RenewRecoveryKey({ onDone, onClose }: SecondStepDialogProps) {
  const [recoveryKey, setRecoveryKey] = useState<string | null>(null);
  if (recoveryKey !== null) {
    return <ConfirmKey recoveryKey={recoveryKey} onDone={onDone} onClose={onClose} />;
  }
  return (
    <Dialog
      title={ts('recovery.passwordTitle')}
      lead={ts('recovery.passwordLead')}
      onClose={onClose}
    >
      <AskPassword onKey={setRecoveryKey} />
    </Dialog>
  );
}
