import type { ChatState } from '@sotto/client';
import type { Profile } from '@sotto/protocol';
import { ArrowLeft } from 'lucide-react';
import { Link } from 'react-router';
import { ta } from '../../shared/i18n/app.ts';
import { t } from '../../shared/i18n/front.ts';
import { Avatar } from '../../shared/ui/Avatar.tsx';
import { classNames } from '../../shared/ui/class-names.ts';
import { Skeleton } from '../../shared/ui/Skeleton.tsx';
import { trustSigns } from '../../shared/ui/trust-signs.ts';
import { trustWords } from './chat-model.ts';
import { useSelf } from './use-self.ts';

export interface ChatHeaderProps {
  chat: ChatState;
  partner: Profile | null;
  onTrust(): void;
}

/** Who this is and how sure that is. The shield speaks of the person, never of the transport. */
export function ChatHeader({ chat, partner, onTrust }: ChatHeaderProps) {
  const { trust, status } = chat;
  const self = useSelf(partner);
  const { icon: Icon, look } = trustSigns[trust];
  return (
    <header className="flex h-14 shrink-0 items-center gap-3 border-b border-hairline bg-surface px-3 md:px-4">
      <Link
        to="/"
        aria-label={t('action.back')}
        className="target -ms-1 grid place-items-center rounded-control text-muted hover:bg-hover md:hidden"
      >
        <ArrowLeft aria-hidden className="size-5 rtl:-scale-x-100" />
      </Link>
      {partner ? (
        <>
          <Avatar name={partner.displayName} color={partner.avatarColor} size="small" />
          <div className="flex min-w-0 flex-1 flex-col items-start">
            <h1 dir="auto" className="max-w-full truncate text-message font-strong">
              {partner.displayName}
            </h1>
            {status === 'ready' && (
              <button
                type="button"
                onClick={onTrust}
                className={classNames(
                  'relative flex max-w-full items-center gap-1 rounded-tag text-meta before:absolute before:-inset-x-1 before:-inset-y-1.5',
                  look,
                )}
              >
                <Icon aria-hidden className="size-3.5 shrink-0" />
                <span className="truncate underline-offset-2 hover:underline">
                  {trustWords(trust, self)}
                </span>
              </button>
            )}
          </div>
        </>
      ) : (
        <>
          <h1 className={status === 'loading' ? 'sr-only' : 'text-message font-strong'}>
            {ta('chat.untitled')}
          </h1>
          {status === 'loading' && <Skeleton className="h-4 w-32 rounded-control" />}
        </>
      )}
    </header>
  );
}
