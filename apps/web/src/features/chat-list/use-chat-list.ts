import { useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useMatch } from 'react-router';
import { useClient } from '../../shared/client/client-context.ts';
import { useSession, useStore } from '../../shared/client/use-store.ts';
import { useDelayed } from '../../shared/time/use-delayed.ts';
import { chatListView, rowAfterKey } from './chat-list-model.ts';

/** One Tab stop for the list; arrows move within it. */
export function useChatList() {
  const session = useSession();
  const state = useStore(useClient().chats);
  const chatId = useMatch('/c/:chatId')?.params.chatId;
  const view = chatListView(state, session.phase);
  const slow = useDelayed(view.kind === 'loading', 150);
  const list = useRef<HTMLUListElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const [openBefore, setOpenBefore] = useState(chatId);
  // A chat opened by other means (a link, Alt+Down) takes the Tab stop with it.
  if (openBefore !== chatId) {
    setOpenBefore(chatId);
    setFocused(chatId ?? null);
  }
  const chats = view.kind === 'chats' ? view.chats : [];
  const known = [focused, chatId].find((id) => chats.some((chat) => chat.chatId === id));
  const tabStop = known ?? chats[0]?.chatId ?? null;

  function onKeyDown(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const index = chats.findIndex((chat) => chat.chatId === tabStop);
    const target = chats[rowAfterKey(event.key, index, chats.length) ?? -1];
    if (!target) return;
    event.preventDefault();
    setFocused(target.chatId);
    list.current?.querySelector<HTMLElement>(`[data-chat="${target.chatId}"]`)?.focus();
  }

  return {
    view,
    showSkeleton: slow,
    locked: session.phase === 'locked',
    openChatId: chatId ?? null,
    list,
    tabStop,
    onKeyDown,
    onFocusRow: setFocused,
  };
}
