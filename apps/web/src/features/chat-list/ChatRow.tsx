import type { ChatSummary } from '@sotto/client';
import { Lock } from 'lucide-react';
import { memo } from 'react';
import { Link } from 'react-router';
import { ta } from '../../shared/i18n/app.ts';
import { fullTime, listTime } from '../../shared/time/dates.ts';
import { useToday } from '../../shared/time/use-today.ts';
import { Avatar } from '../../shared/ui/Avatar.tsx';
import { classNames } from '../../shared/ui/class-names.ts';
import { DeliveryMark } from '../../shared/ui/DeliveryMark.tsx';
import { TrustMark } from './TrustMark.tsx';
import { previewWords } from './chat-list-model.ts';

export interface ChatRowProps {
  chat: ChatSummary;
  locked: boolean;
  open: boolean;
  tabStop: boolean;
  onFocus(): void;
}

function ChatRowView({ chat, locked, open, tabStop, onFocus }: ChatRowProps) {
  const { partner, lastMessage, unread } = chat;
  const todayMs = useToday();
  return (
    <li>
      <Link
        to={`/c/${chat.chatId}`}
        data-chat={chat.chatId}
        tabIndex={tabStop ? 0 : -1}
        aria-current={open ? 'page' : undefined}
        onFocus={onFocus}
        className={classNames(
          'focus-inset flex min-h-(--row-height) items-center gap-3 rounded-card px-3 py-1 transition-colors hover:bg-hover',
          open && 'bg-own hover:bg-own',
        )}
      >
        <Avatar name={partner.displayName} color={partner.avatarColor} />
        <span className="flex min-w-0 flex-1 flex-col">
          <span className="flex items-baseline gap-2">
            <span className="flex min-w-0 flex-1 items-baseline gap-1.5 font-medium">
              <bdi className="truncate">{partner.displayName}</bdi>
              <TrustMark trust={chat.trust} />
            </span>
            {lastMessage && (
              <time
                dateTime={new Date(lastMessage.atMs).toISOString()}
                title={fullTime(lastMessage.atMs)}
                className="shrink-0 text-meta text-muted"
              >
                {listTime(lastMessage.atMs, todayMs)}
              </time>
            )}
          </span>
          <span className="flex items-center gap-1.5 text-dense text-muted">
            {locked && <Lock aria-hidden className="size-3.5 shrink-0" />}
            {!locked && lastMessage?.own && lastMessage.delivery && (
              <DeliveryMark state={lastMessage.delivery} />
            )}
            <span className="flex-1 truncate">
              {chat.hasDraft && !locked ? (
                <span className="font-medium text-warn">{ta('chatList.draft')}</span>
              ) : (
                <bdi>{previewWords(chat, locked)}</bdi>
              )}
            </span>
            {unread > 0 && (
              <span className="min-w-5 shrink-0 rounded-full bg-accent px-1.5 py-0.5 text-center text-meta font-medium text-on-accent tabular-nums">
                <span aria-hidden>{unread > 999 ? '999+' : unread}</span>
                <span className="sr-only">{ta('chatList.unread', { count: unread })}</span>
              </span>
            )}
          </span>
        </span>
      </Link>
    </li>
  );
}

export const ChatRow = memo(ChatRowView);
