import { useEffect } from 'react';
import { useMatch, useNavigate } from 'react-router';
import { useAppearance } from '../shared/appearance/appearance-store.ts';
import { useClient } from '../shared/client/client-context.ts';
import { useAction } from '../shared/client/use-action.ts';
import { neighbourChat, shortcutIntent } from './shortcut-model.ts';
import type { ShortcutIntent } from './shortcut-model.ts';

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select') !== null;
}

export function useShortcuts({ onHelp }: { onHelp(): void }): void {
  const client = useClient();
  const navigate = useNavigate();
  const { singleKeys } = useAppearance();
  const openChatId = useMatch('/c/:chatId')?.params.chatId ?? null;
  const { run: lock } = useAction(() => client.lock());

  useEffect(() => {
    function goToNeighbour(step: 1 | -1): void {
      const next = neighbourChat(client.chats.getSnapshot().chats, openChatId, step);
      if (next) void navigate(`/c/${next.chatId}`);
    }
    function follow(intent: ShortcutIntent): void {
      switch (intent) {
        case 'lock':
          lock(undefined);
          return;
        case 'settings':
          void navigate('/settings');
          return;
        case 'previousChat':
          goToNeighbour(-1);
          return;
        case 'nextChat':
          goToNeighbour(1);
          return;
        case 'help':
          onHelp();
      }
    }
    function onKeyDown(event: KeyboardEvent): void {
      const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
      const typing = isTyping(event.target);
      const intent = shortcutIntent(
        { key, ctrlKey, metaKey, altKey, shiftKey, typing },
        singleKeys,
      );
      if (!intent || event.defaultPrevented) return;
      event.preventDefault();
      follow(intent);
    }
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [client, navigate, singleKeys, openChatId, lock, onHelp]);
}
