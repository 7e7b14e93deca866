import { useClient } from '../../shared/client/client-context.ts';
import { errorWords } from '../../shared/client/error-words.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { ta } from '../../shared/i18n/app.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { Block } from './Block.tsx';

export function SignOut() {
  const client = useClient();
  const signOut = useAction((scope: 'local' | 'global') => client.signOut({ scope }));
  return (
    <Block title={ta('account.signOutTitle')} lead={ta('account.signOutLead')}>
      {signOut.error && <Notice tone="danger">{errorWords(signOut.error)}</Notice>}
      <div className="flex flex-wrap gap-2">
        <Button pending={signOut.pending} onClick={() => signOut.run('local')}>
          {ta('account.signOutHere')}
        </Button>
        <Button variant="danger" pending={signOut.pending} onClick={() => signOut.run('global')}>
          {ta('account.signOutAll')}
        </Button>
      </div>
      <p className="text-dense text-muted">{ta('account.signOutAllLead')}</p>
    </Block>
  );
}
