import { useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { useForm } from '../../shared/forms/use-form.ts';
import type { Values } from '../../shared/forms/use-form.ts';
import { ts } from '../../shared/i18n/security.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { CodeField } from '../../shared/ui/CodeField.tsx';
import { Dialog } from '../../shared/ui/Dialog.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { PasswordField } from '../../shared/ui/PasswordField.tsx';
import { digitsOf } from '../../shared/six-digits.ts';
import type { SecondStepDialogProps } from './SetUpSecondStep.tsx';
import { checkStop, stopFields } from './security-model.ts';
import type { StopField } from './security-model.ts';

function useStopSecondStep(withKey: boolean, onDone: () => void) {
  const client = useClient();
  const action = useAction(
    ({ code, recoveryKey }: Values<StopField>) =>
      client.stopSecondFactor(
        withKey ? { recoveryKey: recoveryKey.trim() } : { code: digitsOf(code) },
      ),
    onDone,
  );
  const form = useForm<StopField>({
    names: stopFields,
    check: (values) => checkStop(values, withKey),
    submit: action.run,
    error: action.error,
    fieldOf: { wrong_code: 'code', wrong_recovery_key: 'recoveryKey' },
  });
  return { form, pending: action.pending };
}

export function StopSecondStep({ onDone, onClose }: SecondStepDialogProps) {
  const [withKey, setWithKey] = useState(false);
  const { form, pending } = useStopSecondStep(withKey, onDone);
  return (
    <Dialog title={ts('factor.stopTitle')} lead={ts('factor.stopLead')} onClose={onClose}>
      <form noValidate onSubmit={form.onSubmit} onInput={form.onInput}>
        <div className="flex flex-col gap-4">
          {withKey ? (
            <PasswordField
              name="recoveryKey"
              label={ts('factor.recovery')}
              autoComplete="off"
              mono
              error={form.errors.recoveryKey}
            />
          ) : (
            <CodeField name="code" label={ts('factor.code')} error={form.errors.code} />
          )}
          {form.alert && <Notice tone="danger">{form.alert}</Notice>}
          <div className="flex flex-col gap-2">
            <Button type="submit" variant="danger" wide pending={pending}>
              {ts('factor.stop')}
            </Button>
            <Button variant="quiet" wide onClick={() => setWithKey(!withKey)}>
              {ts(withKey ? 'factor.stopWithCode' : 'factor.stopWithKey')}
            </Button>
          </div>
        </div>
      </form>
    </Dialog>
  );
}
