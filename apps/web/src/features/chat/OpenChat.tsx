import type { ChatState } from '@sotto/client';
import type { ChatId } from '@sotto/protocol';
import { ta } from '../../shared/i18n/app.ts';
import { Notice } from '../../shared/ui/Notice.tsx';
import { BlockedSend } from './BlockedSend.tsx';
import { Composer } from './Composer.tsx';
import { MessageLog } from './MessageLog.tsx';
import { useMessageLog } from './use-message-log.ts';

export interface OpenChatProps {
  chatId: ChatId;
  chat: ChatState;
}

export function OpenChat({ chatId, chat }: OpenChatProps) {
  const log = useMessageLog(chatId, chat);
  const name = chat.partner?.displayName ?? '';
  return (
    <>
      {chat.rewound && (
        <div className="mx-auto w-full max-w-[47.5rem] px-4 pt-3">
          <Notice tone="warn">{ta('chat.rewound')}</Notice>
        </div>
      )}
      {chat.missing > 0 && (
        <div className="mx-auto w-full max-w-[47.5rem] px-4 pt-3">
          <Notice tone="warn">
            {ta('chat.missing', { count: chat.missing, name })} {ta('chat.missingHint')}
          </Notice>
        </div>
      )}
      <MessageLog chatId={chatId} chat={chat} log={log} />
      {chat.trust === 'changed' || chat.trust === 'doubtful' ? (
        <BlockedSend trust={chat.trust} partner={chat.partner} />
      ) : chat.canSend ? (
        <Composer chatId={chatId} name={name} draft={chat.draft} onLatest={log.jumpToLatest} />
      ) : (
        <div className="mx-auto w-full max-w-[47.5rem] p-4">
          <Notice tone="info">
            {chat.partnerGone ? ta('chat.partnerGone', { name }) : ta('chat.canNotSend')}
          </Notice>
        </div>
      )}
    </>
  );
}
