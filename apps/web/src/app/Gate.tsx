import { Suspense } from 'react';
import { useLocation } from 'react-router';
import { OfflineNotice } from '../features/connection/index.ts';
import { SignIn } from '../features/sign-in/index.ts';
import { SignUp } from '../features/sign-up/index.ts';
import { t } from '../shared/i18n/front.ts';
import { Failure } from './Failure.tsx';
import { Starting } from './Starting.tsx';
import { AskToJoin, FirstRun, NewDevice, SecondFactor, Shell } from './lazy-screens.ts';
import { useGate } from './use-gate.ts';

/**
 * What the session allows to be shown. Sign-in and set-up are drawn at whatever address the person
 * came to, so a deep link is still there afterwards.
 */
function Screen() {
  const session = useGate();
  const { pathname } = useLocation();
  switch (session.phase) {
    case 'starting':
      return <Starting />;
    case 'signedOut':
      return pathname === '/sign-up' ? (
        <SignUp connection={<OfflineNotice />} />
      ) : (
        <SignIn notice={session.notice} connection={<OfflineNotice />} />
      );
    case 'secondFactor':
      return <SecondFactor email={session.email} />;
    case 'setup':
      return <FirstRun step={session.step} />;
    case 'newDevice':
      return <NewDevice session={session} Asking={AskToJoin} />;
    case 'locked':
    case 'ready':
      return <Shell session={session} />;
    case 'failed':
      return <Failure words={t(`error.${session.code}`)} />;
  }
}

export function Gate() {
  return (
    <Suspense fallback={<Starting />}>
      <Screen />
    </Suspense>
  );
}
