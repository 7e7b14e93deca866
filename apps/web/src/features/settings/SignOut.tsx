import { useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { errorWords } from '../../shared/client/error-words.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { ta } from '../../shared/i18n/app.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { Block } from '../../shared/ui/Block.tsx';
import { ConfirmDialog } from '../../shared/ui/ConfirmDialog.tsx';

export function SignOut() {
  const client = useClient();
  const [asking, setAsking] = useState(false);
  const here = useAction(() => client.signOut({ scope: 'local' }));
  const everywhere = useAction(() => client.signOut({ scope: 'global' }));
  return (
    <Block title={ta('account.signOutTitle')} lead={ta('account.signOutLead')}>
      {here.error && <Notice tone="danger">{errorWords(here.error)}</Notice>}
      <div className="flex flex-wrap gap-2">
        <Button pending={here.pending} onClick={() => here.run(undefined)}>
          {ta('account.signOutHere')}
        </Button>
        <Button variant="danger" onClick={() => setAsking(true)}>
          {ta('account.signOutAll')}
        </Button>
      </div>
      {asking && (
        <ConfirmDialog
          title={ta('account.signOutAllTitle')}
          lead={ta('account.signOutAllLead')}
          confirm={ta('account.signOutAllConfirm')}
          error={everywhere.error}
          pending={everywhere.pending}
          onConfirm={() => everywhere.run(undefined)}
          onClose={() => setAsking(false)}
        />
      )}
    </Block>
  );
}
