import { systemRandom } from '@sotto/crypto';
import { chatIdSchema, clientIdSchema, deviceIdSchema, userIdSchema } from '@sotto/protocol';
import { expect, it } from 'vitest';
import type { AccountContext } from '../engine/account-context.ts';
import { randomUuid } from '../engine/random-id.ts';
import { createMemoryStorage } from '../storage/memory-storage.ts';
import { createSealedStore } from '../storage/sealed-store.ts';
import type { ChatBook } from './chat-book.ts';
import { createChatLog } from './chat-log.ts';
import type { MessageAtRest } from './message-record.ts';

const userId = userIdSchema.parse('00000000-0000-4000-8000-000000000001');
const deviceId = deviceIdSchema.parse('00000000-0000-4000-8000-000000000002');
const chatId = chatIdSchema.parse('00000000-0000-4000-8000-000000000003');

const message = (seq: number): MessageAtRest => ({
  seq,
  clientId: clientIdSchema.parse(randomUuid(systemRandom)),
  senderId: userId,
  senderDeviceId: deviceId,
  createdAtMs: seq,
  sentAtMs: seq,
  body: { kind: 'text', text: `${seq}` },
  ciphertext: null,
});

it('a chat that stays open keeps the newest messages and stays small', async () => {
  const store = createSealedStore({
    storage: createMemoryStorage(),
    storageKey: new Uint8Array(32),
    random: systemRandom,
    isOpen: () => true,
  });
  const profile = { userId, handle: 'ann', displayName: 'Ann', avatarColor: 0 };
  const chat = { chatId, members: [profile], receipts: [], senders: [], holes: 0, unread: 0 };
  const log = createChatLog({
    context: { store, userId, deviceId } as unknown as AccountContext,
    chatId,
    book: { get: () => chat } as unknown as ChatBook,
    queued: () => [],
    damagedQueued: () => 0,
  });
  await log.open();

  for (let seq = 1; seq <= 3000; seq += 1) log.append([message(seq)]);

  const view = log.view({ trust: 'unchecked', hasKey: true, draft: '' });
  expect(view.messages.length).toBeLessThanOrEqual(550);
  expect(view.messages.at(-1)?.seq).toBe(3000);
  expect(view.hasOlder).toBe(true);
});
