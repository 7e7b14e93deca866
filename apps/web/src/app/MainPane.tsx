import type { ChatId, UserId } from '@sotto/protocol';
import { MessageCircle } from 'lucide-react';
import { Suspense } from 'react';
import { Navigate, Route, Routes, useLocation, useParams } from 'react-router';
import { ta } from '../shared/i18n/app.ts';
import { EmptyState } from '../shared/ui/EmptyState.tsx';
import { AddDevice, Chat, Contact, Devices, Security, Settings } from './lazy-screens.ts';
import { returnAddress } from './return-address.ts';

function ChatPlace({ onUnlock }: { onUnlock(): void }) {
  const { chatId = '' } = useParams();
  return <Chat key={chatId} chatId={chatId as ChatId} onUnlock={onUnlock} />;
}

function ContactPlace({ onUnlock }: { onUnlock(): void }) {
  const { userId = '' } = useParams();
  return <Contact key={userId} userId={userId as UserId} onUnlock={onUnlock} />;
}

/** After signing in from a page of its own: back to where the person wanted to go. */
function Return() {
  const { state } = useLocation();
  return <Navigate to={returnAddress(state)} replace />;
}

export function MainPane({ onUnlock }: { onUnlock(): void }) {
  const settingsPages = {
    devices: <Devices addDevice={<AddDevice />} onUnlock={onUnlock} />,
    security: <Security onUnlock={onUnlock} />,
  };
  return (
    <Suspense>
      <Routes>
        <Route
          path="/"
          element={
            <EmptyState
              icon={MessageCircle}
              title={ta('chat.choose')}
              hint={ta('chat.chooseHint')}
            />
          }
        />
        <Route path="/c/:chatId" element={<ChatPlace onUnlock={onUnlock} />} />
        <Route path="/people/:userId" element={<ContactPlace onUnlock={onUnlock} />} />
        <Route path="/settings/:section?" element={<Settings pages={settingsPages} />} />
        <Route path="*" element={<Return />} />
      </Routes>
    </Suspense>
  );
}
