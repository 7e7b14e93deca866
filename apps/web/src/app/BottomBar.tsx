import { MessageCircle, Settings } from 'lucide-react';
import { NavLink } from 'react-router';
import { ta } from '../shared/i18n/app.ts';
import { classNames } from '../shared/ui/class-names.ts';

const places = [
  { to: '/', icon: MessageCircle, words: ta('nav.chats') },
  { to: '/settings', icon: Settings, words: ta('nav.settings') },
] as const;

/** Phones only: the sections within reach of a thumb. */
export function BottomBar() {
  return (
    <nav
      aria-label={ta('nav.label')}
      className="flex shrink-0 border-t border-hairline bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {places.map(({ to, icon: Icon, words }) => (
        <NavLink
          key={to}
          to={to}
          end
          className={({ isActive }) =>
            classNames(
              'focus-inset flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-meta',
              isActive ? 'font-medium text-accent' : 'text-muted',
            )
          }
        >
          <Icon aria-hidden className="size-5" />
          {words}
        </NavLink>
      ))}
    </nav>
  );
}
