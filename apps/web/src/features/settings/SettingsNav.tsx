import {
  ChevronRight,
  Eye,
  Info,
  Keyboard,
  KeyRound,
  MonitorSmartphone,
  ShieldCheck,
  SunMoon,
  UserRound,
} from 'lucide-react';
import { Link } from 'react-router';
import { ta } from '../../shared/i18n/app.ts';
import { classNames } from '../../shared/ui/class-names.ts';
import { sectionTitle, sections } from './settings-model.ts';
import type { Section } from './settings-model.ts';

const icons = {
  account: UserRound,
  security: ShieldCheck,
  'chat-password': KeyRound,
  privacy: Eye,
  appearance: SunMoon,
  keyboard: Keyboard,
  devices: MonitorSmartphone,
  about: Info,
} as const;

export interface SettingsNavProps {
  current: Section;
  /** Whether the address names the section: on a phone none is current before. */
  marked: boolean;
}

export function SettingsNav({ current, marked }: SettingsNavProps) {
  return (
    <nav aria-label={ta('settings.title')} className="flex-1 overflow-y-auto p-2">
      <ul className="flex flex-col gap-px">
        {sections.map((section) => {
          const Icon = icons[section];
          return (
            <li key={section}>
              <Link
                to={`/settings/${section}`}
                aria-current={section === current ? 'page' : undefined}
                className={classNames(
                  'focus-inset flex min-h-11 items-center gap-3 rounded-control px-3 md:min-h-9',
                  section === current
                    ? classNames('md:bg-own md:font-medium', marked && 'bg-own')
                    : 'hover:bg-hover',
                )}
              >
                <Icon aria-hidden className="size-4.5 text-muted" />
                <span className="flex-1">{sectionTitle(section)}</span>
                <ChevronRight
                  aria-hidden
                  className="size-4 text-muted md:hidden rtl:-scale-x-100"
                />
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
