import type { ChatListState, ChatSummary, SessionState } from '@sotto/client';
import { ta } from '../../shared/i18n/app.ts';

export type ChatListView =
  | { kind: 'loading' }
  | { kind: 'empty' }
  | { kind: 'lockedEmpty' }
  | { kind: 'chats'; chats: readonly ChatSummary[] };

export function chatListView(state: ChatListState, phase: SessionState['phase']): ChatListView {
  if (state.chats.length > 0) return { kind: 'chats', chats: state.chats };
  if (phase === 'locked') return { kind: 'lockedEmpty' };
  return state.status === 'loading' ? { kind: 'loading' } : { kind: 'empty' };
}

/** The second line of a row, in words. */
export function previewWords(chat: ChatSummary, locked: boolean): string {
  if (locked) return ta('chatList.lockedPreview');
  if (!chat.lastMessage) return ta('chatList.noMessages');
  const { preview, own } = chat.lastMessage;
  if (preview === null) return ta('chatList.unreadable');
  return own ? `${ta('chatList.you')}${preview}` : preview;
}

/** Where an arrow key leads in a list of `count` rows; null for keys that lead nowhere. */
export function rowAfterKey(key: string, index: number, count: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return Math.min(count - 1, index + 1);
    case 'ArrowUp':
      return Math.max(0, index - 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
