import { useState } from 'react';
import type { SessionState } from '@sotto/client';
import { ta } from '../../shared/i18n/app.ts';
import { Dialog } from '../../shared/ui/Dialog.tsx';
import { RecoverForm } from './RecoverForm.tsx';
import { UnlockForm } from './UnlockForm.tsx';

export interface UnlockDialogProps {
  session: Extract<SessionState, { phase: 'locked' }>;
  onClose(): void;
}

/** Closing it leaves the list of chats, locked. */
export function UnlockDialog({ session, onClose }: UnlockDialogProps) {
  const [recovering, setRecovering] = useState(false);
  const lead = session.cause === 'idle' ? `${ta('unlock.lockedIdle')} ` : '';
  return (
    <Dialog
      title={recovering ? ta('recover.title') : ta('unlock.title')}
      lead={recovering ? ta('recover.lead') : `${lead}${ta('unlock.lead')}`}
      onClose={onClose}
    >
      {recovering ? (
        <RecoverForm onBack={() => setRecovering(false)} />
      ) : (
        <UnlockForm
          retryAtMs={session.retryAtMs}
          submitLabel={ta('unlock.submit')}
          onForgotten={() => setRecovering(true)}
        />
      )}
    </Dialog>
  );
}
