import { useState } from 'react';
import { ChatPasswordStep } from './ChatPasswordStep.tsx';
import { ProfileStep } from './ProfileStep.tsx';
import { RecoveryKeyStep } from './RecoveryKeyStep.tsx';
import type { Step } from './steps.ts';

/**
 * The steps of a new account. The recovery key lives here between the step that makes it and the one
 * that shows it, and nowhere else; after a reload it is gone, and a new one is made.
 */
export function FirstRun({ step }: { step: Step }) {
  const [recoveryKey, setRecoveryKey] = useState<string | null>(null);
  switch (step) {
    case 'profile':
      return <ProfileStep />;
    case 'chatPassword':
      return <ChatPasswordStep again={false} onKey={setRecoveryKey} />;
    case 'recoveryKey':
      return recoveryKey === null ? (
        <ChatPasswordStep again onKey={setRecoveryKey} />
      ) : (
        <RecoveryKeyStep recoveryKey={recoveryKey} />
      );
  }
}
