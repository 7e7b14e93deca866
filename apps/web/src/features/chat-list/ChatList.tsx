import { Lock, MessageCircle } from 'lucide-react';
import { ta } from '../../shared/i18n/app.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { EmptyState } from '../../shared/ui/EmptyState.tsx';
import { ChatRow } from './ChatRow.tsx';
import { ChatListSkeleton } from './ChatListSkeleton.tsx';
import { useChatList } from './use-chat-list.ts';

export interface ChatListProps {
  onNewChat(): void;
  onUnlock(): void;
}

export function ChatList({ onNewChat, onUnlock }: ChatListProps) {
  const { view, showSkeleton, locked, openChatId, list, tabStop, onKeyDown, onFocusRow } =
    useChatList();
  switch (view.kind) {
    case 'loading':
      return showSkeleton ? <ChatListSkeleton /> : <div className="flex-1" />;
    case 'empty':
      return (
        <EmptyState icon={MessageCircle} title={ta('chatList.empty')}>
          <Button variant="primary" onClick={onNewChat}>
            {ta('chatList.emptyAction')}
          </Button>
        </EmptyState>
      );
    case 'lockedEmpty':
      return (
        <EmptyState icon={Lock} title={ta('chatList.lockedEmpty')}>
          <Button variant="primary" onClick={onUnlock}>
            {ta('chatList.unlock')}
          </Button>
        </EmptyState>
      );
    case 'chats':
      return (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrows move focus between the links
        <ul
          ref={list}
          aria-label={ta('chatList.title')}
          onKeyDown={onKeyDown}
          className="flex min-h-0 flex-1 flex-col gap-px overflow-y-auto overscroll-contain p-2"
        >
          {view.chats.map((chat) => (
            <ChatRow
              key={chat.chatId}
              chat={chat}
              locked={locked}
              open={chat.chatId === openChatId}
              tabStop={chat.chatId === tabStop}
              onFocus={() => onFocusRow(chat.chatId)}
            />
          ))}
        </ul>
      );
  }
}
