import type { ChatId } from '@sotto/protocol';
import { Shield } from 'lucide-react';
import { errorWords } from '../../shared/client/error-words.ts';
import type { ActionError } from '../../shared/client/use-action.ts';
import { ta } from '../../shared/i18n/app.ts';
import { t } from '../../shared/i18n/front.ts';
import { dayHeading } from '../../shared/time/dates.ts';
import { useToday } from '../../shared/time/use-today.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { Spinner } from '../../shared/ui/Spinner.tsx';
import type { LogRow } from './log-model.ts';
import { Message } from './Message.tsx';

export interface LogRowViewProps {
  row: LogRow;
  chatId: ChatId;
  name: string;
  tabStop: boolean;
  older: { pending: boolean; error: ActionError | null; retry(): void };
}

export function LogRowView({ row, chatId, name, tabStop, older }: LogRowViewProps) {
  const todayMs = useToday();
  switch (row.kind) {
    case 'start':
      return (
        <div className="flex flex-col items-center gap-1 px-4 pt-8 pb-4 text-center text-dense text-muted">
          <Shield aria-hidden className="mb-1 size-5" />
          <p dir="auto">{ta('chat.start', { name })}</p>
          <p>{ta('chat.startHint')}</p>
        </div>
      );
    case 'older':
      return (
        <div className="flex items-center justify-center gap-3 py-4 text-dense text-muted">
          {older.error ? (
            <>
              {errorWords(older.error)}
              <Button onClick={older.retry}>{t('action.tryAgain')}</Button>
            </>
          ) : (
            <>
              <Spinner />
              {ta('chat.loadingOlder')}
            </>
          )}
        </div>
      );
    case 'day':
      return (
        <h2 className="py-3 text-center text-meta font-medium text-muted">
          {dayHeading(row.timeMs, todayMs)}
        </h2>
      );
    case 'unread':
      return (
        <p className="flex items-center gap-3 py-2 text-meta font-medium text-link before:h-px before:flex-1 before:bg-link after:h-px after:flex-1 after:bg-link">
          {ta('chat.unread')}
        </p>
      );
    case 'message':
      return <Message row={row} chatId={chatId} name={name} tabStop={tabStop} />;
  }
}
