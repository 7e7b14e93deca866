import type { ChatSummary } from '@sotto/client';

export type ShortcutIntent = 'lock' | 'settings' | 'previousChat' | 'nextChat' | 'help';

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  /** Whether the keys go into a text. */
  typing: boolean;
}

/** What a key press asks for; null for everything that is none of ours. */
export function shortcutIntent(press: KeyPress, singleKeys: boolean): ShortcutIntent | null {
  const command = press.ctrlKey || press.metaKey;
  if (command && press.shiftKey && press.key.toLowerCase() === 'l') return 'lock';
  if (command && !press.shiftKey && !press.altKey && press.key === ',') return 'settings';
  if (press.altKey && !command && !press.shiftKey) {
    if (press.key === 'ArrowUp') return 'previousChat';
    if (press.key === 'ArrowDown') return 'nextChat';
  }
  const plain = !command && !press.altKey && !press.typing;
  return plain && singleKeys && press.key === '?' ? 'help' : null;
}

/** The chat beside the open one; from nowhere, the first or the last. */
export function neighbourChat(
  chats: readonly ChatSummary[],
  openChatId: string | null,
  step: 1 | -1,
): ChatSummary | null {
  const index = chats.findIndex((chat) => chat.chatId === openChatId);
  if (index === -1) return (step === 1 ? chats[0] : chats.at(-1)) ?? null;
  return chats[index + step] ?? null;
}
