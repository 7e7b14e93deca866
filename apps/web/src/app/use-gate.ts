import type { SessionState } from '@sotto/client';
import { useEffect, useRef } from 'react';
import { useNavigate } from 'react-router';
import { useSession } from '../shared/client/use-store.ts';

/** Forgets the address when the person signs out on purpose; keeps it when the session just ended. */
export function useGate(): SessionState {
  const session = useSession();
  const navigate = useNavigate();
  const before = useRef(session.phase);

  useEffect(() => {
    const left = before.current !== 'starting' && before.current !== 'signedOut';
    before.current = session.phase;
    if (left && session.phase === 'signedOut' && session.notice === null) {
      void navigate('/', { replace: true });
    }
  }, [session, navigate]);

  return session;
}
