import type { SessionState } from '@sotto/client';
import { useState } from 'react';

/** Each new lock asks for the chat password once; closing that leaves the list, locked. */
export function useUnlockDialog(session: SessionState) {
  const locked = session.phase === 'locked';
  const [dismissed, setDismissed] = useState(false);
  const [wasLocked, setWasLocked] = useState(locked);
  if (wasLocked !== locked) {
    setWasLocked(locked);
    setDismissed(false);
  }
  return {
    shown: locked && !dismissed,
    open: () => setDismissed(false),
    close: () => setDismissed(true),
  };
}
