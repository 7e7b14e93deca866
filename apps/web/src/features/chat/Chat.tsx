import type { ChatId } from '@sotto/protocol';
import { Lock, MessageCircleX } from 'lucide-react';
import { Suspense, lazy, useEffect, useState } from 'react';
import { Link } from 'react-router';
import { useClient } from '../../shared/client/client-context.ts';
import { useStore } from '../../shared/client/use-store.ts';
import { ta } from '../../shared/i18n/app.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { EmptyState } from '../../shared/ui/EmptyState.tsx';
import { whenIdle } from '../../shared/ui/when-idle.ts';
import { ChatHeader } from './ChatHeader.tsx';
import { ChatSkeleton } from './ChatSkeleton.tsx';
import { OpenChat } from './OpenChat.tsx';

// Most chats are read without ever opening it.
const loadTrust = () => import('./TrustSheet.tsx');
const TrustSheet = lazy(async () => ({ default: (await loadTrust()).TrustSheet }));

function loadSheetWhenIdle(): void {
  whenIdle(() => void loadTrust().catch(() => undefined));
}

export interface ChatProps {
  chatId: ChatId;
  onUnlock(): void;
}

/** One chat in whatever state it is. Mount it again (by key) for another chat. */
export function Chat({ chatId, onUnlock }: ChatProps) {
  const client = useClient();
  const chat = useStore(client.chat(chatId));
  const { chats } = useStore(client.chats);
  useEffect(loadSheetWhenIdle, []);
  const [trustOpen, setTrustOpen] = useState(false);
  // While locked, only the list still knows the name.
  const listed = chats.find((summary) => summary.chatId === chatId)?.partner ?? null;
  const partner = chat.partner ?? listed;
  return (
    <section
      aria-label={partner?.displayName ?? ta('nav.chats')}
      className="flex min-h-0 flex-1 flex-col"
    >
      <ChatHeader chat={chat} partner={partner} onTrust={() => setTrustOpen(true)} />
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
      <Suspense>
        {trustOpen && partner && (
          <TrustSheet partner={partner} trust={chat.trust} onClose={() => setTrustOpen(false)} />
        )}
      </Suspense>
    </section>
  );
}
