import { useClient } from '../../shared/client/client-context.ts';
import { ta } from '../../shared/i18n/app.ts';
import { t } from '../../shared/i18n/front.ts';
import { RecoveryKeyCheck } from '../../shared/recovery/RecoveryKeyCheck.tsx';
import { RecoveryKeyShown } from '../../shared/recovery/RecoveryKeyShown.tsx';
import { useRecoveryKey } from '../../shared/recovery/use-recovery-key.ts';
import { CentredPage } from '../../shared/ui/CentredPage.tsx';
import { StepMarks } from './StepMarks.tsx';

export function RecoveryKeyStep({ recoveryKey }: { recoveryKey: string }) {
  const client = useClient();
  const { groups, asked, confirming, setConfirming, form, pending } = useRecoveryKey(
    recoveryKey,
    (typed) => client.confirmRecoveryKey(typed),
  );
  return (
    <CentredPage
      before={<StepMarks step="recoveryKey" />}
      title={ta(confirming ? 'recovery.confirmTitle' : 'recovery.title')}
      lead={ta(confirming ? 'recovery.confirmLead' : 'recovery.lead')}
    >
      {confirming ? (
        <RecoveryKeyCheck
          asked={asked}
          form={form}
          pending={pending}
          submit={t('action.continue')}
          onBack={() => setConfirming(false)}
        />
      ) : (
        <RecoveryKeyShown groups={groups} onNext={() => setConfirming(true)} />
      )}
    </CentredPage>
  );
}
