import { ArrowLeft } from 'lucide-react';
import { Link, useParams } from 'react-router';
import { ta } from '../../shared/i18n/app.ts';
import { t } from '../../shared/i18n/front.ts';
import { classNames } from '../../shared/ui/class-names.ts';
import { SettingsNav } from './SettingsNav.tsx';
import { SettingsPage } from './SettingsPage.tsx';
import type { SettingsPages } from './SettingsPage.tsx';
import { parseSection, sectionTitle } from './settings-model.ts';

/** Sections beside a 640 px page; on a phone the list of sections leads to the page. */
export function Settings({ pages }: { pages: SettingsPages }) {
  const { section: text } = useParams();
  const section = parseSection(text) ?? 'account';
  const chosen = text !== undefined;
  return (
    <div className="flex min-h-0 flex-1">
      <div
        className={classNames(
          'w-full flex-col border-hairline md:flex md:w-56 md:border-e',
          chosen ? 'hidden' : 'flex',
        )}
      >
        <h1 className="flex h-14 items-center px-5 text-title">{ta('settings.title')}</h1>
        <SettingsNav current={section} marked={chosen} />
      </div>
      <div
        className={classNames(
          'min-h-0 flex-1 flex-col overflow-y-auto md:flex',
          chosen ? 'flex' : 'hidden',
        )}
      >
        <header className="flex h-14 shrink-0 items-center gap-3 border-b border-hairline px-3 md:border-none md:px-8">
          <Link
            to="/settings"
            aria-label={t('action.back')}
            className="target grid place-items-center rounded-control text-muted hover:bg-hover md:hidden"
          >
            <ArrowLeft aria-hidden className="size-5 rtl:-scale-x-100" />
          </Link>
          <h1 className="text-title">{sectionTitle(section)}</h1>
        </header>
        <div className="flex w-full max-w-[40rem] flex-col gap-8 px-5 pt-4 pb-12 md:px-8">
          <SettingsPage section={section} pages={pages} />
        </div>
      </div>
    </div>
  );
}
