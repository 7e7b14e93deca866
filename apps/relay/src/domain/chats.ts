import type { ChatId, UserId } from '@sotto/protocol';
import { limits } from '@sotto/protocol';
import type { Database } from '../db/database.ts';

/** Ids of all chats a person is in, page by page. */
export async function chatIdsOf(database: Database, userId: UserId): Promise<ChatId[]> {
  const ids: ChatId[] = [];
  for (;;) {
    const { chats } = await database.listChats(userId, ids.at(-1));
    ids.push(...chats.map((chat) => chat.chatId));
    if (chats.length < limits.chatsPerPage) return ids;
  }
}
