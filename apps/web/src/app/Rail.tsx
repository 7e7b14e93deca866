import type { SessionState } from '@sotto/client';
import { Lock, Settings, SquarePen } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useClient } from '../shared/client/client-context.ts';
import { useAction } from '../shared/client/use-action.ts';
import { ta } from '../shared/i18n/app.ts';
import { Avatar } from '../shared/ui/Avatar.tsx';
import { IconButton } from '../shared/ui/IconButton.tsx';

export interface RailProps {
  session: Extract<SessionState, { phase: 'ready' | 'locked' }>;
  onNewChat(): void;
  children: ReactNode;
}

/** The chats, what starts a new one, and below whose they are. */
export function Rail({ session, onNewChat, children }: RailProps) {
  const client = useClient();
  const lock = useAction(() => client.lock());
  const locked = session.phase === 'locked';
  const { profile } = session;
  return (
    <>
      <header className="flex h-14 shrink-0 items-center gap-1 ps-5 pe-3">
        <h1 className="flex-1 text-title">{ta('nav.chats')}</h1>
        <IconButton
          icon={SquarePen}
          label={ta('chatList.newChat')}
          disabled={locked}
          onClick={onNewChat}
        />
      </header>
      <nav aria-label={ta('nav.chats')} className="flex min-h-0 flex-1 flex-col">
        {children}
      </nav>
      <footer className="flex shrink-0 items-center gap-1 border-t border-hairline p-2 max-md:hidden">
        <span className="flex min-w-0 flex-1 items-center gap-2 ps-2">
          {profile && (
            <>
              <Avatar name={profile.displayName} color={profile.avatarColor} size="small" />
              <span dir="auto" className="truncate text-dense font-medium">
                {profile.displayName}
              </span>
            </>
          )}
        </span>
        {!locked && (
          <IconButton
            icon={Lock}
            label={ta('chatPasswordSettings.lockNow')}
            aria-keyshortcuts="Control+Shift+L Meta+Shift+L"
            onClick={() => lock.run(undefined)}
          />
        )}
        <Link
          to="/settings"
          aria-label={ta('nav.settings')}
          title={ta('nav.settings')}
          aria-keyshortcuts="Control+, Meta+,"
          className="target grid place-items-center rounded-control text-muted transition-colors hover:bg-hover hover:text-ink"
        >
          <Settings aria-hidden className="size-5" />
        </Link>
      </footer>
    </>
  );
}
