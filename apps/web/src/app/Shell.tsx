import type { SessionState } from '@sotto/client';
import { Suspense, useEffect, useState } from 'react';
import { useNavigate } from 'react-router';
import { ChatList } from '../features/chat-list/index.ts';
import { ConnectionBar } from '../features/connection/index.ts';
import { ta } from '../shared/i18n/app.ts';
import { classNames } from '../shared/ui/class-names.ts';
import { BottomBar } from './BottomBar.tsx';
import { DeviceNews } from './DeviceNews.tsx';
import { LockWarning } from './LockWarning.tsx';
import { LockedBar } from './LockedBar.tsx';
import { MainPane } from './MainPane.tsx';
import { Rail } from './Rail.tsx';
import { NewChat, Shortcuts, UnlockDialog, loadScreensWhenIdle } from './lazy-screens.ts';
import { useActivity } from './use-activity.ts';
import { useOnlineHint } from './use-online-hint.ts';
import { usePlace } from './use-place.ts';
import { useShortcuts } from './use-shortcuts.ts';
import { useUnlockDialog } from './use-unlock-dialog.ts';

export interface ShellProps {
  session: Extract<SessionState, { phase: 'ready' | 'locked' }>;
}

/** The frame round everything a signed-in person does: list beside pane, one of both on a phone. */
export function Shell({ session }: ShellProps) {
  const navigate = useNavigate();
  const [sheet, setSheet] = useState<'none' | 'newChat' | 'shortcuts'>('none');
  const unlock = useUnlockDialog(session);
  const { listAlone, rootPage } = usePlace();
  useActivity();
  useOnlineHint();
  useEffect(loadScreensWhenIdle, []);
  useShortcuts({ onHelp: () => setSheet('shortcuts') });

  return (
    <div className="flex h-dvh flex-col ps-[env(safe-area-inset-left)] pe-[env(safe-area-inset-right)] pt-[env(safe-area-inset-top)]">
      <a
        href="#pane"
        className="sr-only z-50 rounded-control bg-surface px-3 py-2 focus:not-sr-only focus:fixed focus:start-2 focus:top-2"
      >
        {ta('nav.skip')}
      </a>
      {/* A locked device has no keys to connect with: being offline then is no news. */}
      {session.phase === 'ready' && <ConnectionBar />}
      {session.phase === 'ready' && session.lockAtMs !== undefined && <LockWarning />}
      {session.phase === 'ready' && <DeviceNews />}
      {session.phase === 'locked' && <LockedBar onUnlock={unlock.open} />}
      <main className="flex min-h-0 flex-1">
        <div
          className={classNames(
            'w-full min-w-0 flex-col border-hairline bg-surface md:flex md:w-72 md:shrink-0 md:border-e lg:w-80',
            listAlone ? 'flex' : 'hidden',
          )}
        >
          <Rail session={session} onNewChat={() => setSheet('newChat')}>
            <ChatList onNewChat={() => setSheet('newChat')} onUnlock={unlock.open} />
          </Rail>
        </div>
        <div
          id="pane"
          tabIndex={-1}
          className={classNames(
            'min-h-0 min-w-0 flex-1 flex-col md:flex',
            listAlone ? 'hidden' : 'flex',
          )}
        >
          <MainPane onUnlock={unlock.open} />
        </div>
      </main>
      {rootPage && <BottomBar />}
      <Suspense>
        {sheet === 'newChat' && (
          <NewChat
            onClose={() => setSheet('none')}
            onStarted={(chatId) => {
              setSheet('none');
              void navigate(`/c/${chatId}`);
            }}
          />
        )}
        {sheet === 'shortcuts' && <Shortcuts onClose={() => setSheet('none')} />}
        {session.phase === 'locked' && unlock.shown && (
          <UnlockDialog session={session} onClose={unlock.close} />
        )}
      </Suspense>
    </div>
  );
}
