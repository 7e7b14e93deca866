import type { SessionState } from '@sotto/client';
import { useEffect, useRef } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { useSession } from '../shared/client/use-store.ts';
import { isResuming, resumeState } from '../shared/first-run-resume.ts';

/**
 * Forgets the address when the person signs out on purpose; keeps it when the session just ended. An
 * account in the making leaves the sign-up behind: a reload then asks to sign in and go on.
 */
export function useGate(): SessionState {
  const session = useSession();
  const navigate = useNavigate();
  const { pathname, state } = useLocation();
  const before = useRef(session.phase);

  useEffect(() => {
    const left = before.current !== 'starting' && before.current !== 'signedOut';
    before.current = session.phase;
    if (left && session.phase === 'signedOut' && session.notice === null) {
      void navigate('/', { replace: true });
    }
  }, [session, navigate]);

  useEffect(() => {
    if (session.phase !== 'setup' || isResuming(state)) return;
    const known = typeof state === 'object' && state !== null ? state : {};
    const to = pathname === '/sign-up' ? '/sign-in' : pathname;
    void navigate(to, { replace: true, state: { ...known, ...resumeState } });
  }, [session.phase, pathname, state, navigate]);

  return session;
}
