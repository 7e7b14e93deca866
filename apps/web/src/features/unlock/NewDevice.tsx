import { useState } from 'react';
import type { SessionState } from '@sotto/client';
import { ta } from '../../shared/i18n/app.ts';
import { CentredPage } from '../../shared/ui/CentredPage.tsx';
import { RecoverForm } from './RecoverForm.tsx';
import { UnlockForm } from './UnlockForm.tsx';

export interface NewDeviceProps {
  session: Extract<SessionState, { phase: 'newDevice' }>;
}

/** A browser that is not a device of the account yet becomes one with the chat password. */
export function NewDevice({ session }: NewDeviceProps) {
  const [recovering, setRecovering] = useState(false);
  if (recovering) {
    return (
      <CentredPage title={ta('recover.title')} lead={ta('recover.lead')}>
        <RecoverForm onBack={() => setRecovering(false)} />
      </CentredPage>
    );
  }
  return (
    <CentredPage
      title={ta('newDevice.title', { name: session.profile.displayName })}
      lead={ta('newDevice.lead')}
    >
      <UnlockForm
        retryAtMs={session.retryAtMs}
        submitLabel={ta('newDevice.submit')}
        onForgotten={() => setRecovering(true)}
      />
    </CentredPage>
  );
}
