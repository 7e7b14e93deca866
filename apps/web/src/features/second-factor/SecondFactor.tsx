import { useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { ts } from '../../shared/i18n/security.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { CentredPage } from '../../shared/ui/CentredPage.tsx';
import { CodeForm } from './CodeForm.tsx';
import { RecoveryKeyForm } from './RecoveryKeyForm.tsx';

/** After the login password: the code of the authenticator app, or the recovery key. */
export function SecondFactor({ email }: { email: string }) {
  const client = useClient();
  const [lost, setLost] = useState(false);
  const leave = useAction(() => client.signOut({ scope: 'local' }));
  return (
    <CentredPage
      title={ts(lost ? 'code.lostTitle' : 'code.title')}
      lead={ts(lost ? 'code.lostLead' : 'code.lead', { email })}
      footer={
        <Button
          variant="quiet"
          className="-ms-4"
          pending={leave.pending}
          onClick={() => leave.run(undefined)}
        >
          {ts('code.cancel')}
        </Button>
      }
    >
      {lost ? (
        <RecoveryKeyForm onBack={() => setLost(false)} />
      ) : (
        <CodeForm onLost={() => setLost(true)} />
      )}
    </CentredPage>
  );
}
