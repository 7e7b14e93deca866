import { Lock } from 'lucide-react';
import { useClient } from '../../shared/client/client-context.ts';
import { useStore } from '../../shared/client/use-store.ts';
import { ta } from '../../shared/i18n/app.ts';
import { ts } from '../../shared/i18n/security.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { EmptyState } from '../../shared/ui/EmptyState.tsx';
import { Activity } from './Activity.tsx';
import { DeleteAccount } from './DeleteAccount.tsx';
import { ExportData } from './ExportData.tsx';
import { ForeignSecondStep } from './ForeignSecondStep.tsx';
import { RecoveryKey } from './RecoveryKey.tsx';
import { SecondStep } from './SecondStep.tsx';

/** What protects the account: second step, recovery key, record, export, end. */
export function Security({ onUnlock }: { onUnlock(): void }) {
  const { status, secondFactor } = useStore(useClient().ownAccount);
  switch (status) {
    case 'locked':
      return (
        <EmptyState icon={Lock} title={ts('locked.title')} hint={ts('locked.hint')}>
          <Button onClick={onUnlock}>{ta('unlock.submit')}</Button>
        </EmptyState>
      );
    case 'loading':
      return null;
    case 'ready':
      return (
        <>
          {secondFactor === 'foreign' ? <ForeignSecondStep /> : <SecondStep state={secondFactor} />}
          <RecoveryKey />
          <Activity />
          <ExportData />
          <DeleteAccount secondFactor={secondFactor} />
        </>
      );
  }
}
