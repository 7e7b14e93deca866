import type { ChatId } from '@sotto/protocol';
import { Lock, MessageCircleX } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { useClient } from '../../shared/client/client-context.ts';
import { useStore } from '../../shared/client/use-store.ts';
import { ta } from '../../shared/i18n/app.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { EmptyState } from '../../shared/ui/EmptyState.tsx';
import { ChatHeader } from './ChatHeader.tsx';
import { ChatSkeleton } from './ChatSkeleton.tsx';
import { OpenChat } from './OpenChat.tsx';
import { SafetyCode } from './SafetyCode.tsx';
import { TrustSheet } from './TrustSheet.tsx';

export interface ChatProps {
  chatId: ChatId;
  onUnlock(): void;
}

/** One chat in whatever state it is. Mount it again (by key) for another chat. */
export function Chat({ chatId, onUnlock }: ChatProps) {
  const chat = useStore(useClient().chat(chatId));
  const [sheet, setSheet] = useState<'none' | 'trust' | 'code'>('none');
  const { partner } = chat;
  return (
    <section
      aria-label={partner?.displayName ?? ta('nav.chats')}
      className="flex min-h-0 flex-1 flex-col"
    >
      <ChatHeader chat={chat} onTrust={() => setSheet('trust')} />
      {chat.status === 'loading' && <ChatSkeleton />}
      {chat.status === 'not_found' && (
        <EmptyState
          icon={MessageCircleX}
          title={ta('chat.notFound')}
          hint={ta('chat.notFoundHint')}
        >
          <Link to="/" className="font-medium text-link underline">
            {ta('chat.toList')}
          </Link>
        </EmptyState>
      )}
      {chat.status === 'locked' && (
        <EmptyState icon={Lock} title={ta('chat.locked')} hint={ta('chat.lockedHint')}>
          <Button variant="primary" onClick={onUnlock}>
            {ta('chatList.unlock')}
          </Button>
        </EmptyState>
      )}
      {chat.status === 'ready' && <OpenChat chatId={chatId} chat={chat} />}
      {sheet === 'trust' && partner && (
        <TrustSheet
          partner={partner}
          trust={chat.trust}
          onClose={() => setSheet('none')}
          onShowCode={() => setSheet('code')}
        />
      )}
      {sheet === 'code' && partner && (
        <SafetyCode chatId={chatId} name={partner.displayName} onClose={() => setSheet('none')} />
      )}
    </section>
  );
}
