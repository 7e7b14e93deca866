import type { ChatId, UserId } from '@sotto/protocol';
import { ArrowLeft, Lock, UserRoundX } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { useClient } from '../../shared/client/client-context.ts';
import { useStore } from '../../shared/client/use-store.ts';
import { ta } from '../../shared/i18n/app.ts';
import { t } from '../../shared/i18n/front.ts';
import { tc } from '../../shared/i18n/contact.ts';
import { Avatar } from '../../shared/ui/Avatar.tsx';
import { Button } from '../../shared/ui/Button.tsx';
import { EmptyState } from '../../shared/ui/EmptyState.tsx';
import { CompareCode } from './CompareCode.tsx';
import { ContactSign } from './ContactSign.tsx';
import { KeyChange } from './KeyChange.tsx';
import { ScanCode } from './ScanCode.tsx';
import { Ways } from './Ways.tsx';

export interface ContactProps {
  userId: UserId;
  onUnlock(): void;
}

/** One person: how sure it is who they are, and the ways to make sure. */
export function Contact({ userId, onUnlock }: ContactProps) {
  const client = useClient();
  const contact = useStore(client.contact(userId));
  const { chats } = useStore(client.chats);
  const [way, setWay] = useState<'show' | 'scan'>('show');
  const summary = chats.find(({ partner }) => partner.userId === userId);
  const profile = contact.profile ?? summary?.partner ?? null;
  const name = profile?.displayName ?? '';
  return (
    <section aria-label={name} className="flex min-h-0 flex-1 flex-col">
      <Head back={summary?.chatId} name={name} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        {contact.status === 'locked' && (
          <EmptyState icon={Lock} title={tc('locked')} hint={tc('lockedHint')}>
            <Button variant="primary" onClick={onUnlock}>
              {ta('chatList.unlock')}
            </Button>
          </EmptyState>
        )}
        {contact.status === 'not_found' && (
          <EmptyState icon={UserRoundX} title={tc('notFound')} hint={tc('notFoundHint')}>
            <Link to="/" className="font-medium text-link underline">
              {ta('chat.toList')}
            </Link>
          </EmptyState>
        )}
        {contact.status === 'ready' && profile && (
          <div className="mx-auto flex w-full max-w-[44rem] flex-col gap-6 px-5 py-6 md:px-8">
            <div className="flex items-center gap-4">
              <Avatar name={name} color={profile.avatarColor} size="large" />
              <div className="min-w-0">
                <p dir="auto" className="truncate text-title font-strong">
                  {name}
                </p>
                <p dir="ltr" className="truncate text-start text-muted">
                  @{profile.handle}
                </p>
              </div>
            </div>
            <ContactSign contact={contact} name={name} />
            {contact.change ? (
              <KeyChange userId={userId} name={name} change={contact.change} />
            ) : (
              <section className="flex flex-col gap-4">
                <div className="flex flex-col gap-1">
                  <h2 className="text-message">{tc('title', { name })}</h2>
                  <p className="text-muted">{tc('lead')}</p>
                </div>
                <Ways way={way} onChoose={setWay} />
                {way === 'show' ? (
                  <CompareCode userId={userId} name={name} contact={contact} />
                ) : (
                  <ScanCode userId={userId} name={name} />
                )}
              </section>
            )}
          </div>
        )}
      </div>
    </section>
  );
}

function Head({ back, name }: { back: ChatId | undefined; name: string }) {
  return (
    <header className="flex h-14 shrink-0 items-center gap-3 border-b border-hairline bg-surface px-3 md:px-4">
      <Link
        to={back === undefined ? '/' : `/c/${back}`}
        aria-label={back === undefined ? t('action.back') : tc('back')}
        className="target -ms-1 grid place-items-center rounded-control text-muted hover:bg-hover"
      >
        <ArrowLeft aria-hidden className="size-5 rtl:-scale-x-100" />
      </Link>
      <h1 dir="auto" className="truncate text-message font-strong">
        {name === '' ? tc('digits') : tc('title', { name })}
      </h1>
    </header>
  );
}
