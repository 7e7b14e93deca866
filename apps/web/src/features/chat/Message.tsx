import type { ChatId } from '@sotto/protocol';
import { memo } from 'react';
import { ta } from '../../shared/i18n/app.ts';
import { clockTime, fullTime } from '../../shared/time/dates.ts';
import { classNames } from '../../shared/ui/class-names.ts';
import { DeliveryMark } from '../../shared/ui/DeliveryMark.tsx';
import { FailedActions } from './FailedActions.tsx';
import type { MessageRow } from './log-model.ts';
import { MessageBody } from './MessageBody.tsx';

export interface MessageProps {
  row: MessageRow;
  chatId: ChatId;
  name: string;
  tabStop: boolean;
}

function MessageView({ row, chatId, name, tabStop }: MessageProps) {
  const { message, first, last, key } = row;
  const { own, sentAtMs, delivery, body } = message;
  const time = clockTime(sentAtMs);
  const meta = last || delivery === 'queued' || delivery === 'failed';
  return (
    <article
      id={`m-${key}`}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- arrows move focus between messages
      tabIndex={tabStop ? 0 : -1}
      className={classNames(
        'group flex scroll-my-4 flex-col rounded-bubble',
        first ? 'pt-(--row-gap)' : 'pt-0.5',
        own ? 'items-end' : 'items-start',
      )}
    >
      <h3 className="sr-only">
        {own ? ta('message.own', { time }) : ta('message.other', { name, time })}
      </h3>
      <div
        className={classNames(
          'max-w-[min(85%,34rem)] rounded-bubble px-3 py-1.5 text-ink forced-colors:border',
          body.kind === 'text' ? '' : 'border border-dashed border-control',
          own ? 'bg-own' : 'bg-other',
          !last && (own ? 'rounded-ee-control' : 'rounded-es-control'),
          !first && (own ? 'rounded-se-control' : 'rounded-ss-control'),
        )}
      >
        <MessageBody body={body} />
        <span
          className={classNames(
            'float-end ms-3 mt-1.5 -mb-0.5 flex items-center gap-1 text-meta text-muted select-none',
            !meta && 'sr-only',
          )}
        >
          <time dateTime={new Date(sentAtMs).toISOString()} title={fullTime(sentAtMs)}>
            {time}
          </time>
          {own && delivery && <DeliveryMark state={delivery} />}
        </span>
      </div>
      {delivery === 'failed' && (
        <FailedActions chatId={chatId} id={message.id} failure={message.failure} />
      )}
    </article>
  );
}

export const Message = memo(MessageView);
