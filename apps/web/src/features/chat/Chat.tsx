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

// Most chats are read without ever opening these, and the QR encoder has its price.
const load = {
  trust: () => import('./TrustSheet.tsx'),
  code: () => import('./SafetyCode.tsx'),
};
const TrustSheet = lazy(async () => ({ default: (await load.trust()).TrustSheet }));
const SafetyCode = lazy(async () => ({ default: (await load.code()).SafetyCode }));

function loadSheetsWhenIdle(): void {
  whenIdle(() => void Promise.allSettled([load.trust(), load.code()]));
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
  useEffect(loadSheetsWhenIdle, []);
  const [sheet, setSheet] = useState<'none' | 'trust' | 'code'>('none');
  // While locked, only the list still knows the name.
  const listed = chats.find((summary) => summary.chatId === chatId)?.partner ?? null;
  const partner = chat.partner ?? listed;
  return (
    <section
      aria-label={partner?.displayName ?? ta('nav.chats')}
      className="flex min-h-0 flex-1 flex-col"
    >
      <ChatHeader chat={chat} partner={partner} onTrust={() => setSheet('trust')} />
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
      </Suspense>
    </section>
  );
}
