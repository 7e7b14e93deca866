import type { ChatState } from '@sotto/client';
import type { ChatId } from '@sotto/protocol';
import { ArrowDown } from 'lucide-react';
import { ta } from '../../shared/i18n/app.ts';
import { LogRowView } from './LogRowView.tsx';
import { useAnnouncements } from './use-announcements.ts';
import { useLogFocus } from './use-log-focus.ts';
import type { useMessageLog } from './use-message-log.ts';

export interface MessageLogProps {
  chatId: ChatId;
  chat: ChatState;
  log: ReturnType<typeof useMessageLog>;
}

export function MessageLog({ chatId, chat, log }: MessageLogProps) {
  const { rows, virtualizer, scroller, atEnd, newer } = log;
  const focus = useLogFocus(rows, virtualizer, log.jumpToLatest);
  const announced = useAnnouncements(chat);
  const name = chat.partner?.displayName ?? '';

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrows move focus between messages */}
      <div
        ref={scroller}
        role="log"
        // Rows come and go while scrolling; the region below speaks of what is really new.
        aria-live="off"
        aria-label={ta('chat.log', { name })}
        onKeyDown={focus.onKeyDown}
        onFocus={focus.onFocus}
        className="flex min-h-0 flex-1 flex-col overflow-y-auto overscroll-contain [overflow-anchor:none]"
      >
        <ul
          style={{ height: virtualizer.getTotalSize() }}
          className="relative mx-auto mt-auto w-full max-w-[47.5rem] shrink-0"
        >
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <li
                  key={item.key}
                  aria-posinset={item.index + 1}
                  aria-setsize={chat.hasOlder ? -1 : rows.length}
                  ref={virtualizer.measureElement}
                  data-index={item.index}
                  style={{ transform: `translateY(${item.start}px)` }}
                  className="absolute inset-x-0 top-0 px-4"
                >
                  <LogRowView
                    row={row}
                    chatId={chatId}
                    name={name}
                    tabStop={row.key === focus.tabStop}
                    older={log.older}
                  />
                </li>
              )
            );
          })}
        </ul>
      </div>
      {!atEnd && (
        <button
          type="button"
          onClick={log.jumpToLatest}
          className="target absolute end-4 bottom-3 inline-flex animate-fade items-center gap-2 rounded-full border border-hairline bg-surface px-3 text-dense font-medium shadow-float hover:bg-hover"
        >
          <ArrowDown aria-hidden className="size-4" />
          {newer > 0 ? (
            ta('chat.latestCount', { count: newer })
          ) : (
            <span className="sr-only">{ta('chat.latest')}</span>
          )}
        </button>
      )}
      <p aria-live="polite" className="sr-only">
        {announced}
      </p>
    </div>
  );
}
