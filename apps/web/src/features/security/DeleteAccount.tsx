import type { OwnAccountState } from '@sotto/client';
import { useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { useForm } from '../../shared/forms/use-form.ts';
import type { Values } from '../../shared/forms/use-form.ts';
import { t } from '../../shared/i18n/front.ts';
import { ts } from '../../shared/i18n/security.ts';
import { Block } from '../../shared/ui/Block.tsx';
import { Button } from '../../shared/ui/Button.tsx';
import { CodeField } from '../../shared/ui/CodeField.tsx';
import { Dialog } from '../../shared/ui/Dialog.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { PasswordField } from '../../shared/ui/PasswordField.tsx';
import { digitsOf } from '../../shared/six-digits.ts';
import { checkEnd, endFields } from './security-model.ts';
import type { EndField } from './security-model.ts';

interface ConfirmProps {
  needsCode: boolean;
  onClose(): void;
}

function ConfirmDeletion({ needsCode, onClose }: ConfirmProps) {
  const client = useClient();
  const action = useAction(({ password, code }: Values<EndField>) =>
    client.deleteAccount({ password, ...(needsCode && { code: digitsOf(code) }) }),
  );
  const form = useForm<EndField>({
    names: endFields,
    check: (values) => checkEnd(values, needsCode),
    submit: action.run,
    error: action.error,
    fieldOf: { invalid_credentials: 'password', wrong_code: 'code' },
  });
  return (
    <Dialog title={ts('end.confirmTitle')} lead={ts('end.confirmLead')} onClose={onClose}>
      <form noValidate onSubmit={form.onSubmit} onInput={form.onInput}>
        <div className="flex flex-col gap-4">
          <PasswordField
            name="password"
            label={ts('end.password')}
            autoComplete="current-password"
            error={form.errors.password}
          />
          {needsCode && <CodeField name="code" label={ts('end.code')} error={form.errors.code} />}
          {form.alert && <Notice tone="danger">{form.alert}</Notice>}
          <div className="flex flex-col gap-2">
            <Button wide onClick={onClose}>
              {t('action.cancel')}
            </Button>
            <Button type="submit" variant="danger" wide pending={action.pending}>
              {ts('end.confirm')}
            </Button>
          </div>
        </div>
      </form>
    </Dialog>
  );
}

export function DeleteAccount({ secondFactor }: Pick<OwnAccountState, 'secondFactor'>) {
  const [asking, setAsking] = useState(false);
  return (
    <Block title={ts('end.title')} lead={ts('end.lead')}>
      <p className="text-muted">{ts('end.kept')}</p>
      <Button variant="danger" className="self-start" onClick={() => setAsking(true)}>
        {ts('end.start')}
      </Button>
      {asking && (
        <ConfirmDeletion needsCode={secondFactor === 'on'} onClose={() => setAsking(false)} />
      )}
    </Block>
  );
}
